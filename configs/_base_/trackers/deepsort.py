# DeepSORT, Wojke et al. 2017, as a baseline of MaskTrack R-CNN: Kalman filter, gallery of appearances, cascade by age.
embedder = dict(
    type='ReIDEmbedder',
    # Trained apart, by ../deepsort/reid_r18_12e_youtubevis2019.py.
    init_cfg=dict(
        type='Pretrained', checkpoint='work_dirs/reid_r18_12e_youtubevis2019/epoch_12.pth', prefix='embedder.'),
    backbone=dict(
        type='ResNet', depth=18, num_stages=4, out_indices=(3,), norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=False, style='pytorch'),
    in_channels=512, channels=128,
    crop_size=(128, 128))       # for objects of any class; the paper's network is for persons, 128x64
tracker = dict(
    type='AssociationTracker',
    propagator=dict(type='KalmanFilter'),
    stages=[
        dict(cues=[dict(type='EmbeddingDistance', metric='cosine', new=0.2)],           # lambda = 0, Eq. 5
             gates=[dict(type='ChiSquare', probability=0.95), dict(type='Confirmed')],  # t(1) = 9.4877
             assigner=dict(type='Hungarian'),
             cascade=True),
        dict(cues=[dict(type='BoxIoU', new=0.3)],           # cost 1 - IoU of at most 0.7, the authors' code
             gates=[dict(type='MaxGap', frames=1)],
             assigner=dict(type='Hungarian'))],
    memory=dict(type='GalleryMemory', budget=100),          # L_k, section 2.2
    max_age=30,                                             # A_max
    min_hits=1)     # the paper waits for three; at 6 frames a second their first frames would be lost
