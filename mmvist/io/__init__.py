"""Files in and out: `read(path) -> VideoSet`, `write(video_set, path)`. No torch.

Annotations and results
    `ytvis`: YouTube-VIS 2019, 2021 and OVIS ground truth and results.
    `formats`: any of them, by the name of its format.
    `mots`: KITTI MOTS and MOTSChallenge, PNG and text, and their sequence maps.
    `frame_json`: results of one video, written frame by frame.
Images
    `image`: one image. `frames`: videos, folders and cameras as sources of frames. `video_writer`: frames into an mp4.
Shared
    `problems`: `FormatError`, all that is wrong with a file at once. `atomic`: files that are complete or absent.
    `json_file`, `segmentation`, `progress`: JSON, masks in files, a line on the terminal.
"""
