# MOTSNet in small, trained on tracks that tools/mine.py has made of the street world's raw video.
_base_ = './motsnet_r18_fpn_street-world.py'
mined = 'data/street_world_mined/'
train_dataloader = dict(dataset=dict(ann_file=mined + 'annotations.json', img_prefix=mined + 'images'))
model = dict(embedder=dict(min_presence=0.5))               # section 4.2
