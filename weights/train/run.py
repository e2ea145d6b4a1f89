# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop around every recipe: devices, processes, checkpoints, tables, curves, sheets."""
import contextlib
import csv
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import sheet
from data import Draw
from optimizer import Muon

EMA_DECAY = 0.999


def start_processes(threads):
    """Joins the process group that torchrun describes; returns (rank, world, device)."""
    torch.set_num_threads(threads)
    # A softmax over a thousand places is mostly numbers below 1e-38, which Intel's processors
    # multiply a hundred times as slowly: SANet's step took 6.5 s with them and 1 s without.
    torch.set_flush_denormal(True)
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else "cpu"
    if cuda:
        torch.cuda.set_device(device)
        torch.backends.cudnn.deterministic = True
    if world > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    return rank, world, torch.device(device)


def learning_rate(step, options):
    """Linear warm-up, a plateau, and a linear descent over the last `decay` steps.

    A run can be prolonged from any checkpoint of the plateau without changing its past.
    """
    rise = min(1.0, (step + 1) / max(1, options.warmup))
    fall = min(1.0, (options.steps - step) / max(1, options.decay))
    return options.lr * min(rise, fall)


class Table:
    """losses.csv: a row per report, truncated to the checkpoint's step on resume.

    A term that no step since the last report had is left empty.
    """

    def __init__(self, path, step):
        self._path, self.rows, self._names = path, [], ["step"]
        if os.path.exists(path):
            with open(path, newline="") as f:
                reader = csv.DictReader(f)
                rows = [{k: int(v) if k == "step" else float(v)
                         for k, v in row.items() if v} for row in reader]
                self._names = list(reader.fieldnames or self._names)
            self.rows = [row for row in rows if row["step"] <= step]
        self._rewrite()

    def _rewrite(self):
        with open(self._path, "w", newline="") as f:
            writer = csv.DictWriter(f, self._names)
            writer.writeheader()
            writer.writerows(self.rows)

    def add(self, row):
        self.rows.append(row)
        new = [name for name in row if name not in self._names]
        if new:
            self._names += new
            self._rewrite()
            return
        with open(self._path, "a", newline="") as f:
            csv.DictWriter(f, self._names).writerow(row)


class Progress:
    """One line on stderr: rewritten on a terminal, a new one per report elsewhere."""

    def __init__(self, first, steps):
        self._first, self._steps, self._start = first, steps, time.monotonic()

    def show(self, step, terms):
        done = step / self._steps
        pace = (time.monotonic() - self._start) / max(1, step - self._first)
        text = "[%-24s] %d/%d  %.2f s/step  %d min left  %s" % (
            "#" * int(24 * done), step, self._steps, pace, pace * (self._steps - step) / 60,
            "  ".join("%s %.4f" % item for item in terms.items()))
        print(text, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


class Run:
    """Trains one recipe in a folder of its own.

    The folder holds checkpoint.pt, losses.csv, losses.png and sheet-STEP.jpg. SIGTERM and
    SIGINT end the run after the current step, with a checkpoint.
    """

    def __init__(self, recipe, options, group):
        self.rank, self.world, self.device = group
        self.options = options
        self.recipe = recipe.to(self.device)
        with self._autocast():
            recipe.prepare()
        self.trained = {name: p for name, p in recipe.named_parameters() if p.requires_grad}
        # With the usual 1e-8 the rounding noise of a gradient that is truly zero, such as a
        # key's bias before a softmax, would become steps of full length.
        if options.muon:
            stacked = {self.trained[name]: rows for name, rows in recipe.stacked().items()}
            self.optimizer = Muon(self.trained.values(), lr=options.lr, eps=1e-6, stacked=stacked)
        else:
            self.optimizer = torch.optim.Adam(self.trained.values(), lr=options.lr,
                                              betas=(0.9, 0.99), eps=1e-6)
        self.average = {name: p.detach().clone() for name, p in self.trained.items()}
        self.step = 0
        self._stop = False
        self._resume()
        self.table = Table(self._path("losses.csv"), self.step) if self.rank == 0 else None
        self.model = self.recipe
        if self.world > 1:
            self.model = DistributedDataParallel(self.recipe, broadcast_buffers=False)

    def _path(self, name):
        return os.path.join(self.options.out, name)

    def _resume(self):
        if not os.path.exists(self._path("checkpoint.pt")):
            return
        state = torch.load(self._path("checkpoint.pt"), map_location=self.device)
        missing = set(self.trained) ^ set(state["weights"])
        if missing:
            raise SystemExit("%s is of another network: %s" % (self._path("checkpoint.pt"),
                                                               ", ".join(sorted(missing))))
        with torch.no_grad():
            for name, p in self.trained.items():
                p.copy_(state["weights"][name])
                self.average[name].copy_(state["average"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def save(self):
        state = {"step": self.step, "network": self.options.network,
                 "options": {k: v for k, v in vars(self.options).items()},
                 "weights": {name: p.detach() for name, p in self.trained.items()},
                 "average": self.average, "optimizer": self.optimizer.state_dict(),
                 "fixed": self.recipe.measured()}
        torch.save(state, self._path("checkpoint.part"))
        os.replace(self._path("checkpoint.part"), self._path("checkpoint.pt"))

    @contextlib.contextmanager
    def averaged(self):
        """Within: the recipe holds the moving average of its weights."""
        kept = {name: p.detach().clone() for name, p in self.trained.items()}
        with torch.no_grad():
            for name, p in self.trained.items():
                p.copy_(self.average[name])
        yield
        with torch.no_grad():
            for name, p in self.trained.items():
                p.copy_(kept[name])

    def _draw(self, step):
        return self.recipe.draw(Draw(self.options.seed, step, self.options.batch,
                                     self.rank, self.world))

    def _autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.bf16)

    def _train_step(self, batch):
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.options)
        batch = {k: v.to(self.device, non_blocking=True) if torch.is_tensor(v) else v
                 for k, v in batch.items()}
        self.optimizer.zero_grad(set_to_none=True)
        with self._autocast():
            loss, terms = self.model(batch)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), self.options.clip)
        if not torch.isfinite(norm):
            raise SystemExit("Step %d: the gradient is not finite" % self.step)
        self.optimizer.step()
        self.step += 1
        # A short run's average must not remember the initialisation.
        decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, p in self.trained.items():
                self.average[name].lerp_(p, 1 - decay)
        return {"loss": loss.detach(), **terms}

    def _report(self, sums, count):
        names = sorted(sums, key=lambda name: (name != "loss", name))
        values = torch.stack([sums[name].float() / count[name] for name in names])
        if self.world > 1:
            dist.all_reduce(values)
            values /= self.world
        return dict(zip(names, values.tolist()))

    def _sheet(self):
        with self.averaged(), torch.no_grad(), self._autocast():
            picture = sheet.contact_sheet(self.recipe, self.options, self.device)
        picture.save(self._path("sheet-%06d.jpg" % self.step), quality=88)
        sheet.loss_curve(self.table.rows, self._path("losses.png"))

    def _request_stop(self, *_):
        self._stop = True

    def _all_stop(self):
        if self.world == 1:
            return self._stop
        flag = torch.tensor(float(self._stop), device=self.device)
        dist.all_reduce(flag)
        return flag.item() > 0

    def _tell(self, row, progress):
        if self.rank == 0:
            self.table.add({"step": self.step, **row})
            progress.show(self.step, row)

    def _keep(self, last):
        """Checkpoint and contact sheet, when they are due."""
        options = self.options
        if self.rank != 0:
            return
        if last or self.step % options.save_every == 0:
            self.save()
        if options.sheet_every and (last or self.step % options.sheet_every == 0):
            self._sheet()

    def train(self):
        """Runs until options.steps, resuming where the checkpoint stands."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        options, progress = self.options, Progress(self.step, self.options.steps)
        sums, count, last = {}, {}, self.step >= options.steps
        with ThreadPoolExecutor(1) as ahead:
            drawn = ahead.submit(self._draw, self.step)
            while not last:
                batch = drawn.result()
                drawn = ahead.submit(self._draw, self.step + 1)
                for name, value in self._train_step(batch).items():
                    sums[name] = sums.get(name, 0) + value.detach()
                    count[name] = count.get(name, 0) + 1
                last = self._all_stop() or self.step == options.steps
                if self.step % options.log_every == 0:
                    self._tell(self._report(sums, count), progress)
                    sums, count = {}, {}
                self._keep(last)
        if self.world > 1:
            dist.barrier()
