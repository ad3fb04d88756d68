"""The default U-Net of unetpp: its sizes."""

SHAPE = (128, 128)
CHANNELS = 3
CLASSES = 3
BASE_CHANNELS = 32
DEPTH = 4
PARAMETERS = 7_760_931
