"""Scores of results against ground truth.

`functional` holds the scores as functions of tracks (NumPy, SciPy and pycocotools only), `metrics` the registered
classes around them that a run builds, `validation` the loop that a training calls them in. `files` scores result files
without model or torch, `report` writes tables, `compare` sets several results side by side, `plots` draws curves,
`score_curve_plot` those of tracks' scores. `bdd100k` counts through motmetrics, as that benchmark does.
A score is a float, a share (1 is 100 %), undefined where it is not finite; a count is an int.
"""
