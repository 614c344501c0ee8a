"""Files in and out: `read(path) -> VideoSet`, `write(video_set, path)`. No torch.

Annotations and results
    `formats`: all of the following by the name of the format; `detect` tells which one a file has.
    `ytvis`: YouTube-VIS 2019, 2021 and OVIS. `mots`: KITTI MOTS and MOTSChallenge, text and PNG, sequence maps.
    `bdd100k`: boxes, masks, bitmasks. `mot`: MOT15 to MOT20. `davis`: index-colour PNG.
    `coco`, `openimages`, `vistas`: images as videos of one frame; CocoVID.
    `frame_json`: results of one video, written frame by frame.
    `splits`: which videos of a file count. `sequences`: what formats with a file for each video share.
Images
    `image`: one image. `label_png`, `label_image`, `png_filters`: images of labels as masks, without making the image.
    `depth_image`, `cameras`: how far away everything in an image is, and where it was taken from.
    `frames`: videos, folders and cameras as sources of frames. `video_writer`: frames into an mp4.
Shared
    `problems`: `FormatError`, all that is wrong with a file at once. `atomic`: files that are complete or absent.
    `json_file`, `text_lines`, `segmentation`: JSON, text, masks in files. `progress`: a line on the terminal.
"""
