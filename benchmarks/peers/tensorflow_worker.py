"""TensorFlow/Keras: one tf.function for a whole step, with oneDNN, or compiled by XLA."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

from worker import CHANNELS, CLASSES, PARAMETERS, SHAPE, parse, serve  # noqa: E402

options = parse(("function", "xla"))
tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(1)


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x


def level(x, filters, depth):
    skip = block(x, filters)
    if depth == 0:
        return skip
    below = level(layers.MaxPooling2D()(skip), 2 * filters, depth - 1)
    up = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(below)
    return block(layers.Concatenate()([up, skip]), filters)


keras.utils.set_random_seed(1)
x = layers.Input((*SHAPE, CHANNELS), batch_size=options.batch)
net = keras.Model(x, layers.Conv2D(CLASSES, 3, padding="same")(level(x, 32, 4)))
assert net.count_params() == PARAMETERS
adam = keras.optimizers.Adam(1e-3, epsilon=1e-7)
adam.build(net.trainable_variables)
images = tf.random.uniform((options.batch, *SHAPE, CHANNELS))
labels = tf.random.uniform((options.batch, *SHAPE), maxval=CLASSES, dtype=tf.int32)


@tf.function(jit_compile=options.variant == "xla")
def training_step():
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, net(images, training=True))
        loss = tf.reduce_mean(losses)
    adam.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
    return loss


@tf.function(jit_compile=options.variant == "xla")
def inference(batch):
    return net(batch, training=False)


if options.task == "training":
    serve("TensorFlow " + tf.__version__, lambda: training_step().numpy())
else:
    serve("TensorFlow " + tf.__version__, lambda: inference(images).numpy())
