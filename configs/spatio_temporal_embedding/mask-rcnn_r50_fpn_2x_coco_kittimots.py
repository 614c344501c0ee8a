# Table 2, "Mask R-CNN": mmdet's, trained on COCO, its masks linked as the first row's. Threshold and backbone are ours.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots_brabandere.py'
train_dataloader, train_cfg, optim_wrapper, param_scheduler = None, None, None, None
panels = dict(embedding=None, scatter=None)
pipeline = [dict(type='LoadFrames'), dict(type='PackClip')]
val_dataloader = dict(dataset=dict(pipeline=pipeline))
test_dataloader = val_dataloader
model = dict(
    detector=dict(
        _delete_=True, type='MMDetDetector', model='mask-rcnn_r50_fpn_2x_coco', min_score=0.5,
        classes=_base_.classes, class_map={'car': 'car'}),
    data_preprocessor=None, disjoint_masks=True)
