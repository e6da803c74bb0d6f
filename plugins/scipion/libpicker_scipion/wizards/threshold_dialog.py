"""The window of the threshold wizard: a list of micrographs, the chosen one with its picks circled, and a slider."""
import tkinter as tk

from matplotlib.backends.backend_tkagg import FigureCanvasTkAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from pyworkflow.gui import dialog

from .. import library

MOST = 50  # micrographs in the list


class ThresholdDialog(dialog.Dialog):
    def __init__(self, parent, micrographs, preview, diameter, threshold):
        self._micrographs = [mic.clone() for mic, _ in zip(micrographs, range(MOST))]
        self._preview, self._diameter, self.threshold = preview, diameter, threshold
        buttons = [("Select", dialog.RESULT_YES), ("Cancel", dialog.RESULT_CANCEL)]
        dialog.Dialog.__init__(self, parent, "Threshold", buttons=buttons, default="Select")

    def body(self, bodyFrame):
        self._list = tk.Listbox(bodyFrame, width=30, exportselection=False)
        for mic in self._micrographs:
            self._list.insert(tk.END, mic.getMicName())
        self._list.grid(row=0, column=0, sticky="ns", padx=5, pady=5)
        self._list.bind("<<ListboxSelect>>", self._chosen)
        self._figure = Figure(figsize=(6, 6), dpi=90)
        self._axes = self._figure.add_axes([0, 0, 1, 1])
        self._canvas = FigureCanvasTkAgg(self._figure, bodyFrame)
        self._canvas.get_tk_widget().grid(row=0, column=1, padx=5, pady=5)
        self._text = tk.Label(bodyFrame, anchor="w")
        self._text.grid(row=1, column=0, sticky="we", padx=5)
        self._slider = tk.Scale(bodyFrame, from_=0, to=1, resolution=0.005, orient=tk.HORIZONTAL, command=self._moved)
        self._slider.set(self.threshold)
        self._slider.grid(row=1, column=1, sticky="we", padx=5)
        self._list.selection_set(0)
        self._chosen()

    def _chosen(self, event=None):
        chosen = self._list.curselection()
        if not chosen:
            return
        try:
            self._preview.load(self._micrographs[chosen[0]])
        except (library.libpicker().Error, ValueError) as error:
            self._text.config(text=str(error)[:200])
            return
        self._axes.clear()
        picture, self._step = self._preview.picture()
        self._axes.imshow(picture, cmap="gray", origin="upper")
        self._axes.set_axis_off()
        self._circles = None
        self._moved()

    def _moved(self, value=None):
        self.threshold = float(self._slider.get())
        if self._preview.image is None:
            return
        points = (self._preview.picks(self.threshold) + 0.5) / self._step - 0.5
        if getattr(self, "_circles", None) is not None:
            self._circles.remove()
        sides = [self._diameter / self._step] * len(points)
        self._circles = EllipseCollection(sides, sides, [0] * len(points), units="xy", offsets=points,
                                          transOffset=self._axes.transData, facecolors="none", edgecolors="tab:green")
        self._axes.add_collection(self._circles)
        self._text.config(text="%d picks above %.3f" % (len(points), self.threshold))
        self._canvas.draw_idle()
