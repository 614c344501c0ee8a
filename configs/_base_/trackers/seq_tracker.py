# SeqTracker: the best paths through the whole video, scored as IoUTracker+ scores its matches (Table 1).
embedder = None
tracker = dict(
    type='SequenceTracker', alpha=1.0, beta=2.0, gamma=10.0,
    min_iou=0.3,                                        # not in the paper: IoUTracker+'s
    min_length=8)
