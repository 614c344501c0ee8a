# Stage 1 for pedestrians.
_base_ = './foreground_r18_5e_kittimots.py'
classes = ('pedestrian',)
train_dataloader = dict(dataset=dict(classes=classes))
val_dataloader = dict(dataset=dict(classes=classes))
test_dataloader = val_dataloader
val_evaluator = dict(classes=classes)
test_evaluator = val_evaluator
