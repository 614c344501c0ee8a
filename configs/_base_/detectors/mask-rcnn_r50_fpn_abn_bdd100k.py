# MOTSNet's detector where regions to ignore are boxes (section 5.5): what lies in one trains nothing.
_base_ = './mask-rcnn_r50_fpn_abn.py'
detector = dict(train_cfg=dict(
    rpn=dict(assigner=dict(ignore_iof_thr=0.7)),                        # void_threshold of its base network
    rcnn=dict(assigner=dict(ignore_iof_thr=0.7))))
