# How pixels move, beside the frames, for `--panels` of tools/track.py and tools/test.py.
panels = dict(image=[], flow=[dict(type='ShowFlow')])
