# No tracks: every detection is an instance of its own. For detectors that are trained or scored by themselves.
embedder = None
tracker = dict(type='SingleFrameTracker')
