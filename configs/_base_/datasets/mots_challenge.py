# MOTSChallenge (MOTS20): four sequences, 2,862 frames, pedestrians. Its papers leave one out: four trainings, each of
# which tests the sequence it has not seen, and one score of the four results together. This is fold 1, which tests
# 0002; `mots_challenge_fold2.py` to `mots_challenge_fold4.py` are the others. Loaders are those of KITTI MOTS.
_base_ = './kitti_mots.py'
from mmvist.io.classes import MOTS_CHALLENGE as classes  # noqa: E402

data_root = 'data/mots_challenge/'
annotations = dict(
    ann_file=data_root + 'instances_txt', img_prefix=data_root + 'images', format='mots', classes=classes)
train_seqmap = '{{ fileDirname }}/splits/mots_challenge_fold1_train.seqmap'
val_seqmap = '{{ fileDirname }}/splits/mots_challenge_fold1_test.seqmap'
train_dataloader = dict(dataset=dict(
    **annotations, seqmap=train_seqmap,
    clip=dict(length=10)))                                # MOTSNet table 6
val_dataloader = dict(dataset=dict(**annotations, seqmap=val_seqmap))
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=annotations['ann_file'], format='mots', seqmap=val_seqmap, per_class=False)
test_evaluator = val_evaluator
