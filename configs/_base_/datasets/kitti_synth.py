# KITTI Synth: tracks mined from KITTI Raw without its sequences of KITTI MOTS' validation, 142 of them with 44,000
# frames (MOTSNet, section 3). Mined and stored as KITTI MOTS is; scored on KITTI MOTS.
_base_ = './kitti_mots.py'
synth_root = 'data/kitti_synth/'
train_dataloader = dict(dataset=dict(
    ann_file=synth_root + 'instances_txt', img_prefix=synth_root + 'images',
    seqmap=synth_root + 'instances_txt/all.seqmap'))
