"""TensorFlow/Keras: one tf.function for a whole step, with oneDNN, or compiled by XLA."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from worker import CHANNELS, CLASSES, SHAPE, parse, serve  # noqa: E402
from keras_unet import unet  # noqa: E402

options = parse(("function", "xla"))
tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(1)

keras.utils.set_random_seed(1)
net = unet(options.batch)
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
