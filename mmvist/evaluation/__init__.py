"""Scores of results against ground truth.

`functional` holds the scores as functions of two video sets (numpy and pycocotools only), `metrics` the registered
classes around them that a run builds, `files` scores a result file without model or torch, `report` writes tables.
A score is a float, a share (1 is 100 %), undefined where it is not finite; a count is an int.
"""
