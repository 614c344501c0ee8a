# Tracklets of segments, linked by optical flow (MOTSNet, section 3.2 and appendix B.1).
linker = dict(
    type='TrackerLinker',
    tracker=dict(
        type='AssociationTracker',
        pixel_masks=True,
        propagator=dict(type='FlowWarp', flow=dict(type='DISFlow')),
        stages=[dict(
            cues=[dict(type='MaskIoU', new=1e-6)],          # some overlap, however small
            gates=[
                dict(type='SameClassOnly'),
                dict(type='MinCover', pixels=10),           # tau_1
                dict(type='MinLead', pixels=10),            # tau_0
                dict(type='MinCoverRatio', ratio=2)],       # tau_2
            assigner=dict(type='Hungarian'))],
        memory=dict(type='LatestMemory', columns=['bboxes', 'labels', 'masks']),
        max_age=1))                                         # tracklets end where an object is hidden
