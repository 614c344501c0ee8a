# KITTI Synth restricted to the images that KITTI MOTS trains on (MOTSNet, Table 1): mined tracks of these sequences.
_base_ = './kitti_mots.py'
train_dataloader = dict(dataset=dict(ann_file='data/kitti_synth_mots/instances_txt'))
