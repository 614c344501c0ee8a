# MOTSNet's tracking head and association for clips of 10 frames (Table 6). A list is replaced as a whole.
_base_ = './motsnet.py'
tracker = dict(
    stages=[dict(
        cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.0), dict(type='Gap', window=10)],
        gates=[dict(type='SameClassOnly')],
        assigner=dict(type='Hungarian', mode='slack'))],
    max_age=10)
