/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An OpenMP runtime that shows how a program divides among more cores than there are.
 *
 *     LD_PRELOAD=libvirtual-cores.so [VIRTUAL_CORES_LOG=FILE] PROGRAM
 *
 * The threads of a parallel region are coroutines on the one core the program runs on.  The
 * processor time of every piece of work is noted: what a thread does before it asks for a piece
 * of a loop, and every piece that it is given.  From these follows how long the region would have
 * lasted on as many cores as it has threads, the pieces dealt out as OpenMP deals them, each to
 * the thread that asks first.  g_get_monotonic_time() tells the time that has passed in that
 * sense, whence a benchmark that reads it needs no change.
 *
 * A thread takes its share of a loop in one go, so that it finds what it works with in the cache,
 * as on a core of its own.  Other programs do not matter, nor does what is slept.  Not modelled
 * is whatever cores share or do to each other: the bandwidth of memory, common caches, the clock
 * rate that falls with the number of busy cores, the waking of threads.  Nor is it that sixteen
 * cores have sixteen times the cache: what one region leaves for the next is mostly gone here.
 *
 * FILE receives what happened, in order and in nanoseconds, a line each, tab-separated:
 *
 *     lap                             the time was read
 *     serial  NS                      code outside of regions
 *     region  WHERE  NS...  NS...     a region: the time of each of its threads before they took
 *                                     a piece of a loop, and then of every piece, as dealt out
 *
 * WHERE is the distance in the program of the code that the region runs, in hexadecimal, as nm
 * tells it.  A loop with a static schedule has no pieces: all of it comes first.
 *
 * What gcc makes of "omp parallel", "omp for" and their schedules is here, and what OpenBLAS
 * asks for; what else there is in OpenMP is not.  A region within a region has one thread, as
 * with OpenMP's defaults.  Threads that wait for each other within a region do so, but a region
 * is timed as if they did not. */
#define _GNU_SOURCE

#include <glib.h>

#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

enum { MOST_THREADS = 256, STACK = 8 << 20 };

typedef void (*Body) (void *data);

/* A dynamic loop: its iterations [@next, @end), or downwards, @chunk steps at a time. */
typedef struct
{
  long next;
  long end;
  long step;
  long chunk;
  long share; /* pieces that a thread takes in one go */
} Loop;

typedef struct
{
  Body    body;
  void   *data;
  int     size;
  int     waiting; /* at a barrier */
  GArray *loops;   /* of Loop, those that a thread has come to */
  GArray *before;  /* ns of each thread before its first piece of a loop */
  GArray *pieces;  /* ns of each piece */
} Team;

typedef struct
{
  ucontext_t context;
  void      *stack;  /* is kept for later regions */
  Team      *team;
  int        number; /* within the team */
  guint      loops;  /* how many of the team's it has come to */
  long       taken;  /* pieces, since others had a turn */
  int        piece;  /* of the team's that it computes, or -1 before the first */
  gboolean   within; /* a region within the team's */
  gboolean   waits;
  gboolean   done;
} Thread;

static Thread     threads[MOST_THREADS];
static Thread    *running; /* NULL in serial code */
static ucontext_t scheduler;
static int        wanted;  /* threads, by omp_set_num_threads () */
static gint64     begun;   /* processor time at which the present stretch began, ns */
static gint64     passed;  /* virtual time until then, in serial code, ns */
static GString   *history; /* lines for the log */

gint64 g_get_monotonic_time (void);
void   GOMP_parallel (Body body, void *data, unsigned n, unsigned flags);
void   GOMP_parallel_loop_nonmonotonic_dynamic (Body body, void *data, unsigned n, long start,
                                                long end, long step, long chunk, unsigned flags);
bool   GOMP_loop_nonmonotonic_dynamic_start (long start, long end, long step, long chunk,
                                             long *from, long *to);
bool   GOMP_loop_nonmonotonic_dynamic_next (long *from, long *to);
void   GOMP_loop_end (void);
void   GOMP_loop_end_nowait (void);
void   GOMP_barrier (void);
int    omp_get_thread_num (void);
int    omp_get_num_threads (void);
int    omp_get_max_threads (void);
int    omp_in_parallel (void);
void   omp_set_num_threads (int n);

/* ---- Clocks ---- */

static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What this runtime does itself lies between the end of a stretch and the next's beginning, and
 * so counts for nobody. */
static gint64
end_stretch (void)
{
  return processor_time () - begun;
}

static void
begin_stretch (void)
{
  begun = processor_time ();
}

/* ---- The log ---- */

/* Ends serial code. */
static void
pass_serial (void)
{
  const gint64 took = end_stretch ();

  if (history == NULL)
    history = g_string_new (NULL);
  g_string_append_printf (history, "serial\t%" G_GINT64_FORMAT "\n", took);
  passed += took;
}

static int
find_program (struct dl_phdr_info *info, size_t size, void *base)
{
  *(gsize *) base = info->dlpi_addr;
  return 1; /* the first is the program itself */
}

static void
append_times (GArray *times)
{
  g_string_append_c (history, '\t');
  for (guint i = 0; i < times->len; i++)
    g_string_append_printf (history, i == 0 ? "%" G_GINT64_FORMAT : " %" G_GINT64_FORMAT,
                            g_array_index (times, gint64, i));
}

static void
append_region (const Team *team)
{
  gsize base = 0;

  dl_iterate_phdr (find_program, &base);
  g_string_append_printf (history, "region\t%zx", (gsize) team->body - base);
  append_times (team->before);
  append_times (team->pieces);
  g_string_append_c (history, '\n');
}

static void
write_log (void)
{
  static FILE *file;

  if (file == NULL && g_getenv ("VIRTUAL_CORES_LOG") != NULL)
    file = fopen (g_getenv ("VIRTUAL_CORES_LOG"), "w");
  if (file != NULL)
    {
      fprintf (file, "%slap\n", history->str);
      fflush (file);
    }
  g_string_truncate (history, 0);
}

gint64
g_get_monotonic_time (void)
{
  pass_serial ();
  write_log ();
  begin_stretch ();

  return passed / 1000;
}

/* ---- Turns ---- */

/* Adds what the running thread has computed to what it is part of. */
static void
stop_clock (void)
{
  const Team  *team = running->team;
  const gint64 took = end_stretch ();

  if (running->piece < 0)
    g_array_index (team->before, gint64, running->number) += took;
  else
    g_array_index (team->pieces, gint64, running->piece) += took;
}

/* Whoever comes after thread number @number and can go on, or NULL. */
static Thread *
next_after (const Team *team, int number)
{
  for (int i = 1; i <= team->size; i++)
    {
      Thread *thread = &threads[(number + i) % team->size];

      if (!thread->done && !thread->waits)
        return thread;
    }

  return NULL;
}

/* Lets the others have a turn. */
static void
give_way (void)
{
  Thread *self = running;

  swapcontext (&self->context, &scheduler);
  self->taken = 0;
}

static void
wait_for_all (void)
{
  Team *team = running->team;

  stop_clock ();
  running->waits = ++team->waiting < team->size;
  if (running->waits)
    {
      give_way ();
    }
  else
    {
      team->waiting = 0;
      for (int i = 0; i < team->size; i++)
        threads[i].waits = FALSE;
    }
  begin_stretch ();
}

static void
thread_main (void)
{
  Thread *self = running;

  begin_stretch ();
  self->team->body (self->team->data);
  stop_clock ();
  self->done = TRUE;
  swapcontext (&self->context, &scheduler);
}

static void
prepare (Thread *thread, Team *team, int number)
{
  void *stack = thread->stack;

  if (stack == NULL)
    stack = mmap (NULL, STACK, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  g_assert (stack != MAP_FAILED);

  *thread = (Thread) { .stack  = stack,
                       .team   = team,
                       .number = number,
                       .loops  = team->loops->len,
                       .piece  = -1 };
  getcontext (&thread->context);
  thread->context.uc_stack.ss_sp   = thread->stack;
  thread->context.uc_stack.ss_size = STACK;
  makecontext (&thread->context, thread_main, 0);
}

/* How long the region lasts where every thread has a core: pieces go to whoever asks first. */
static gint64
find_span (const Team *team)
{
  gint64 *clocks = (gint64 *) team->before->data;
  gint64  span   = 0;

  for (guint k = 0; k < team->pieces->len; k++)
    {
      int first = 0;

      for (int i = 1; i < team->size; i++)
        first = clocks[i] < clocks[first] ? i : first;
      clocks[first] += g_array_index (team->pieces, gint64, k);
    }
  for (int i = 0; i < team->size; i++)
    span = MAX (span, clocks[i]);

  return span;
}

static void
run_team (Team *team)
{
  g_array_set_size (team->before, (guint) team->size);
  for (int i = 0; i < team->size; i++)
    prepare (&threads[i], team, i);

  running = &threads[0];
  while (running != NULL)
    {
      swapcontext (&scheduler, &running->context);
      running = next_after (team, running->number);
    }
  append_region (team);
  passed += find_span (team);
}

/* A region within a region, as part of the thread that comes to it. */
static void
run_within (Team *team)
{
  Thread *const  self   = running;
  Team *const    outer  = self->team;
  const guint    loops  = self->loops;
  const int      number = self->number;
  const gboolean within = self->within;

  self->team   = team;
  self->number = 0;
  self->loops  = team->loops->len;
  self->within = TRUE;
  team->body (team->data);
  self->team   = outer;
  self->number = number;
  self->loops  = loops;
  self->within = within;
}

/* The pieces that are left of a loop. */
static long
n_left (const Loop *loop)
{
  const long way   = loop->end - loop->next;
  const long steps = way / loop->step + (way % loop->step != 0);

  return MAX (0, (steps + loop->chunk - 1) / loop->chunk);
}

static void
add_loop (Team *team, Loop loop)
{
  loop.share = (n_left (&loop) + team->size - 1) / team->size;
  g_array_append_vals (team->loops, &loop, 1);
}

/* @loop: (nullable): the one that the region begins with */
static void
run_region (Body body, void *data, unsigned n, const Loop *loop)
{
  Team team = { .body   = body,
                .data   = data,
                .size   = 1,
                .loops  = g_array_new (FALSE, FALSE, sizeof (Loop)),
                .before = g_array_new (FALSE, TRUE, sizeof (gint64)),
                .pieces = g_array_new (FALSE, TRUE, sizeof (gint64)) };

  if (running == NULL)
    team.size = MIN (n > 0 ? (int) n : omp_get_max_threads (), MOST_THREADS);
  if (loop != NULL)
    add_loop (&team, *loop);
  if (running != NULL)
    {
      run_within (&team);
    }
  else
    {
      pass_serial ();
      run_team (&team);
      begin_stretch ();
    }
  g_array_unref (team.loops);
  g_array_unref (team.before);
  g_array_unref (team.pieces);
}

/* ---- What gcc calls ---- */

void
GOMP_parallel (Body body, void *data, unsigned n, unsigned flags)
{
  run_region (body, data, n, NULL);
}

void
GOMP_parallel_loop_nonmonotonic_dynamic (Body body, void *data, unsigned n, long start, long end,
                                         long step, long chunk, unsigned flags)
{
  const Loop loop = { .next = start, .end = end, .step = step, .chunk = chunk };

  run_region (body, data, n, &loop);
}

bool
GOMP_loop_nonmonotonic_dynamic_start (long start, long end, long step, long chunk, long *from,
                                      long *to)
{
  const Loop loop = { .next = start, .end = end, .step = step, .chunk = chunk };

  if (++running->loops > running->team->loops->len)
    add_loop (running->team, loop);

  return GOMP_loop_nonmonotonic_dynamic_next (from, to);
}

static Loop *
present_loop (void)
{
  return &g_array_index (running->team->loops, Loop, running->loops - 1);
}

/* Takes the next piece of the loop that the running thread is in. */
static bool
take_piece (Loop *loop, long *from, long *to)
{
  const long left = n_left (loop);

  if (left == 0)
    return false;

  *from      = loop->next;
  loop->next = left == 1 ? loop->end : loop->next + loop->chunk * loop->step;
  *to        = loop->next;

  return true;
}

bool
GOMP_loop_nonmonotonic_dynamic_next (long *from, long *to)
{
  bool taken;

  if (running->within)
    return take_piece (present_loop (), from, to);

  stop_clock ();
  if (running->taken == present_loop ()->share)
    give_way ();
  taken = take_piece (present_loop (), from, to);
  if (taken)
    {
      running->taken++;
      running->piece = (int) running->team->pieces->len;
      g_array_set_size (running->team->pieces, (guint) running->piece + 1);
    }
  begin_stretch ();

  return taken;
}

void
GOMP_loop_end_nowait (void)
{
}

void
GOMP_loop_end (void)
{
  GOMP_barrier ();
}

void
GOMP_barrier (void)
{
  if (!running->within)
    wait_for_all ();
}

/* ---- What programs call ---- */

int
omp_get_thread_num (void)
{
  return running != NULL ? running->number : 0;
}

int
omp_get_num_threads (void)
{
  return running != NULL ? running->team->size : 1;
}

int
omp_get_max_threads (void)
{
  return MAX (wanted, 1);
}

int
omp_in_parallel (void)
{
  return omp_get_num_threads () > 1;
}

void
omp_set_num_threads (int n)
{
  wanted = n;
}
