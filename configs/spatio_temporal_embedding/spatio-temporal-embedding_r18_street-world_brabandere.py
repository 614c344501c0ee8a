# Table 2, "Brabandere et al. (2017)": embeddings of single frames; masks of successive frames that overlap are linked.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
load_from = None
panels = dict(depth=None)
model = dict(
    detector=dict(
        tasks=['embedding'], temporal_model=None, embedding_loss=dict(per_frame=True), grouping=dict(num_frames=1)),
    tracker=dict(
        _delete_=True, type='AssociationTracker', pixel_masks=True,
        stages=[dict(
            cues=[dict(type='MaskIoU', new=0.1)],                                       # the authors' code
            assigner=dict(type='Hungarian', mode='afterwards'))],
        memory=dict(type='LatestMemory', columns=['bboxes', 'labels', 'masks']), max_age=1))
