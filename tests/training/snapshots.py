import math

from sknn.training.callbacks import Callback


class Snapshots(Callback):
    """Keeps the parameters of each epoch; asks to stop after the given epoch."""

    def __init__(self, parameters, last_epoch=math.inf):
        super().__init__()
        self.parameters = parameters
        self.last_epoch = last_epoch
        self.values = []
        self.ended = 0

    def on_epoch_end(self, history):
        self.values.append(self.parameters.values.copy())
        return history.n_epochs >= self.last_epoch

    def on_train_end(self, history):
        self.ended += 1
