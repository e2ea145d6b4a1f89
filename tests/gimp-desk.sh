# SPDX-License-Identifier: GPL-3.0-or-later

# Sourced after gimp-profile.sh by what drives GIMP in a window: a display of its own, GIMP on
# it, its Script-Fu server, keys and clocks.

for tool in Xvfb xdotool import; do
  if ! command -v $tool > /dev/null; then
    echo "skipped: $tool is not installed"
    exit 77
  fi
done

gimp_pid= xvfb=
port=$((20000 + $$ % 20000))

# wait_for SECONDS COMMAND...: until it succeeds
wait_for ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.3
  done
}

# ask SCRIPT: what GIMP's Script-Fu server answers
ask ()
{
  local n=${#1} length
  exec 3<> /dev/tcp/127.0.0.1/$port || return 1
  printf "G\\x$(printf %02x $((n / 256)))\\x$(printf %02x $((n % 256)))%s" "$1" >&3
  length=$(head -c 4 <&3 | od -An -tu1 | awk '{ print $3 * 256 + $4 }')
  head -c "$length" <&3
  exec 3>&-
}

window_is_there ()
{
  dialog=$(xdotool search --onlyvisible --name '^Scumble' | tail -n 1)
  [ -n "$dialog" ]
}

window_is_gone ()
{
  ! window_is_there
}

press ()
{
  xdotool windowfocus --sync "$1" 2> /dev/null || true
  shift
  xdotool key --clearmodifiers "$@"
}

milliseconds ()
{
  echo $(($(date +%s%N) / 1000000))
}

seconds_since ()
{
  echo $((($(milliseconds) - $1) / 1000)).$((($(milliseconds) - $1) / 100 % 10))
}

# start_display SIZE: an X server, ended with GIMP and all files at exit
start_display ()
{
  exec 4> "$top/display"
  Xvfb -displayfd 4 -screen 0 "$1x24" -nolisten tcp > /dev/null 2>&1 &
  xvfb=$!
  exec 4>&-
  trap end_all EXIT
  wait_for 20 test -s "$top/display"
  export DISPLAY=:$(cat "$top/display") NO_AT_BRIDGE=1
}

end_all ()
{
  [ -z "$gimp_pid" ] || kill "$gimp_pid" 2> /dev/null || true
  kill $xvfb 2> /dev/null || true
  wait 2> /dev/null || true
  rm -rf "$top"
}

# start_gimp FILE...: opens them, and waits until GIMP answers
start_gimp ()
{
  "$gimp" --new-instance --no-splash --no-fonts \
    --batch "(plug-in-script-fu-server 1 \"127.0.0.1\" $port \"$top/server.log\")" \
    "$@" > "$top/gimp.log" 2>&1 &
  gimp_pid=$!
  if ! wait_for 120 server_answers; then
    echo "FAILED: GIMP did not start"
    tail "$top/gimp.log"
    exit 1
  fi
  wait_for 60 main_window_is_there || true
  sleep 2
}

end_gimp ()
{
  ask '(gimp-quit 1)' > /dev/null 2>&1 || true
  wait_for 30 test ! -d "/proc/$gimp_pid" || kill "$gimp_pid"
  gimp_pid=
}

server_answers () { (ask 1) > /dev/null 2>&1; }
main_window_is_there ()
{
  main=$(xdotool search --onlyvisible --name 'GIMP$' | tail -n 1)
  [ -n "$main" ]
}

# The filters have keys of their own.
cat > "$GIMP2_DIRECTORY/menurc" <<'EOF'
(gtk_accel_path "<Actions>/plug-in/plug-in-scumble" "<Primary><Alt>s")
(gtk_accel_path "<Actions>/plug-in/plug-in-scumble-new-image" "<Primary><Alt>n")
(gtk_accel_path "<Actions>/plug-in/plug-in-scumble-frames" "<Primary><Alt>m")
EOF
