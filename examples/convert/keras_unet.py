"""The default U-Net of unetpp in Keras."""

import keras
from keras import layers

from default_network import BASE_CHANNELS, CHANNELS, CLASSES, DEPTH, PARAMETERS, SHAPE


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x


def level(x, filters, depth):
    """A level of the U and all below it."""
    skip = block(x, filters)
    if depth == 0:
        return skip
    below = level(layers.MaxPooling2D()(skip), 2 * filters, depth - 1)
    up = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(below)
    return block(layers.Concatenate()([up, skip]), filters)


def unet(batch=None):
    x = layers.Input((*SHAPE, CHANNELS), batch_size=batch)
    net = keras.Model(x, layers.Conv2D(CLASSES, 3, padding="same")(level(x, BASE_CHANNELS, DEPTH)))
    assert net.count_params() == PARAMETERS
    return net
