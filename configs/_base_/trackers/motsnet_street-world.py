# MOTSNet's tracking head and association, sized for the small detector and clips of 8 frames. A list is
# replaced as a whole.
_base_ = './motsnet.py'
embedder = dict(roi_extractor=dict(out_channels=64), head=dict(num_classes=3, in_channels=64))
tracker = dict(
    stages=[dict(
        cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.0), dict(type='Gap', window=8)],
        gates=[dict(type='SameClassOnly')],
        assigner=dict(type='Hungarian', mode='slack'))],
    max_age=8)
