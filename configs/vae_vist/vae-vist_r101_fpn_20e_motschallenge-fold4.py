# VIST-VAE on MOTSChallenge, fold 4 (section 4.2, Table 1).
_base_ = './vae-vist_r101_fpn_20e_motschallenge.py'
val_seqmap = '{{ fileDirname }}/../_base_/datasets/splits/mots_challenge_fold4_test.seqmap'
train_dataloader = dict(dataset=dict(
    seqmap='{{ fileDirname }}/../_base_/datasets/splits/mots_challenge_fold4_train.seqmap'))
val_dataloader = dict(dataset=dict(seqmap=val_seqmap))
test_dataloader = val_dataloader
val_evaluator = dict(seqmap=val_seqmap)
test_evaluator = val_evaluator
