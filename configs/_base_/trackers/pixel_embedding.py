# The spatio-temporal embedding's linking (section 3.3): by the distance of mean embeddings, which come with the
# detections; first to instances of the frame before, all together, then to whatever is left, the nearest first.
embedder = None
tracker = dict(
    type='AssociationTracker',
    stages=[
        dict(cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.5)],        # rho_r
             gates=[dict(type='MaxGap', frames=1)],
             assigner=dict(type='Hungarian', mode='afterwards')),                       # the code compares last
        dict(cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.5)],
             assigner=dict(type='Greedy', loser='next'))],
    memory=dict(type='LatestMemory'),                                                   # overwritten, not averaged
    max_age=10)     # the code; its deletion does nothing, and the text says T frames
