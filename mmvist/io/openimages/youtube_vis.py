"""Classes that OpenImages and YouTube-VIS 2019 share."""

# Display name of OpenImages -> class of YouTube-VIS 2019, plain correspondences only. All are among the 600 classes
# with boxes; one that has no masks in a release never occurs there. 'Computer mouse' is none: YouTube-VIS means the
# animal. Neither is 'Car': YouTube-VIS has sedans alone.
OPENIMAGES_TO_YOUTUBE_VIS_2019 = {
    **dict.fromkeys(('Person', 'Man', 'Woman', 'Boy', 'Girl'), 'person'),
    **dict.fromkeys(('Turtle', 'Tortoise', 'Sea turtle'), 'turtle'),
    **dict.fromkeys(('Bear', 'Brown bear', 'Polar bear'), 'bear'),
    **dict.fromkeys(('Cattle', 'Bull'), 'cow'),
    **dict.fromkeys(('Fish', 'Goldfish'), 'fish'),
    **dict.fromkeys(('Boat', 'Gondola', 'Canoe'), 'boat'),
    'Panda': 'giant_panda', 'Lizard': 'lizard', 'Parrot': 'parrot', 'Skateboard': 'skateboard', 'Dog': 'dog',
    'Snake': 'snake', 'Monkey': 'monkey', 'Human hand': 'hand', 'Rabbit': 'rabbit', 'Duck': 'duck', 'Cat': 'cat',
    'Train': 'train', 'Horse': 'horse', 'Motorcycle': 'motorbike', 'Giraffe': 'giraffe', 'Leopard': 'leopard',
    'Fox': 'fox', 'Deer': 'deer', 'Owl': 'owl', 'Surfboard': 'surfboard', 'Airplane': 'airplane', 'Truck': 'truck',
    'Zebra': 'zebra', 'Tiger': 'tiger', 'Elephant': 'elephant', 'Snowboard': 'snowboard', 'Shark': 'shark',
    'Mouse': 'mouse', 'Frog': 'frog', 'Eagle': 'eagle', 'Harbor seal': 'earless_seal',
    'Tennis racket': 'tennis_racket'}
