# What is mined of the street world: all three classes.
_base_ = './tracklets.py'
mining = dict(
    classes=('car', 'pedestrian', 'truck'), min_score=0.5, max_covered=0.5, min_length=2, num_strips=8,
    linker=_base_.linker)
