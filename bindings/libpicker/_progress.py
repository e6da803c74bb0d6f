"""What progress=True shows: a bar of tqdm where that is installed, else a line on standard error."""
import sys
import time
import warnings


class Bar:
    """A progress callback. A new stage begins a new bar."""

    def __init__(self):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text
                from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        self._tqdm = tqdm
        self._bar = None
        self._stage = None
        self._line = False
        self._shown = 0.0

    def __call__(self, progress):
        if self._tqdm is None:
            self._print(progress)
            return
        if progress.stage != self._stage:
            self.close()
            self._stage = progress.stage
            self._bar = self._tqdm(desc=progress.stage, total=progress.total or None,
                                  leave=progress.stage in ("train", "pick"))  # the short stages make way
        if progress.total and self._bar.total != progress.total:
            self._bar.total = progress.total
        if progress.item:
            self._bar.set_postfix_str(progress.item, refresh=False)
        self._bar.update(progress.done - self._bar.n)

    def _print(self, progress):
        now = time.monotonic()
        if now - self._shown < 0.2 and progress.done != progress.total:
            return
        self._shown = now
        total = f" of {progress.total}" if progress.total else ""
        print(f"\r{progress.stage} {progress.done}{total}\x1b[K", end="", file=sys.stderr, flush=True)
        self._line = True

    def close(self):
        """Ends the bar, or the line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._line:
            print(file=sys.stderr)
            self._line = False
