# Frames as the VAE paper's systems see them: the short edge has 800 pixels, the long one 1333 at most (section 4.2).
resize = dict(type='ResizeClip', scale=(1333, 800))
train_pipeline = [
    dict(type='LoadFrames'), dict(type='LoadTracks'), resize, dict(type='RandomFlipClip', prob=0.5),
    dict(type='PackClip')]
test_pipeline = [dict(type='LoadFrames'), resize, dict(type='PackClip')]
