"""TensorFlow/Keras: one tf.function for a whole step, with oneDNN, or compiled by XLA; bfloat16 by mixed_bfloat16."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from worker import CHANNELS, CLASSES, SHAPE, file, parse, serve  # noqa: E402
from convert_keras import load  # noqa: E402
from keras_unet import unet  # noqa: E402

options = parse(("function", "xla"))
tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(1)

keras.utils.set_random_seed(1)
if options.precision == "bfloat16":
    keras.config.set_dtype_policy("mixed_bfloat16")
net = unet(options.batch)
load(net, file(".safetensors"))
adam = keras.optimizers.Adam(1e-3, epsilon=1e-7)
adam.build(net.trainable_variables)
images = tf.random.uniform((options.batch, *SHAPE, CHANNELS))
labels = tf.random.uniform((options.batch, *SHAPE), maxval=CLASSES, dtype=tf.int32)


@tf.function(jit_compile=options.variant == "xla")
def training_step():
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels, tf.cast(net(images, training=True), tf.float32)
        )
        loss = tf.reduce_mean(losses)
    adam.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
    return loss


@tf.function(jit_compile=options.variant == "xla")
def inference(batch):
    return net(batch, training=False)


if options.task == "training":
    serve("TensorFlow " + tf.__version__, lambda: training_step().numpy())
else:
    serve(
        "TensorFlow " + tf.__version__,
        lambda: inference(images).numpy(),
        lambda batch: tf.cast(inference(tf.constant(batch)), tf.float32).numpy(),
        options.batch,
    )
