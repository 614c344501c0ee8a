# Fold 2 of MOTSChallenge tests sequence 0005.
_base_ = './mots_challenge.py'
train_seqmap = '{{ fileDirname }}/splits/mots_challenge_fold2_train.seqmap'
val_seqmap = '{{ fileDirname }}/splits/mots_challenge_fold2_test.seqmap'
train_dataloader = dict(dataset=dict(seqmap=train_seqmap))
val_dataloader = dict(dataset=dict(seqmap=val_seqmap))
test_dataloader = val_dataloader
val_evaluator = dict(seqmap=val_seqmap)
test_evaluator = val_evaluator
