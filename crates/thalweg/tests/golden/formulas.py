"""The optimizers in NumPy, each as its paper (or PyTorch's documentation) states it.

A formula takes the point w, the gradient g, its state s (a dictionary, empty before the first step), the step's
number t counted from 1 and the hyperparameters by name, and returns the next point. It works in the precision of its
arguments, so the same lines serve float64 and the extended precision that measures float64's rounding.

Nothing here is derived from the Rust code: these lines are what it is compared with.
"""

import numpy as np

FULL, FOLDED, OFF = "full", "folded", "off"


def sgd(w, g, s, t, *, lr, momentum, dampening, nesterov, weight_decay):
    """Sutskever et al. 2013, in the form of PyTorch's SGD: the first gradient enters the buffer undamped."""
    g = g + weight_decay * w
    if momentum != 0:
        s["b"] = g if t == 1 else momentum * s["b"] + (1 - dampening) * g
        g = g + momentum * s["b"] if nesterov else s["b"]
    return w - lr * g


def momentum(w, g, s, t, *, lr, momentum):
    """Polyak 1964: the velocity holds the learning rate."""
    s["v"] = momentum * s.get("v", 0) - lr * g
    return w + s["v"]


def adagrad(w, g, s, t, *, lr, lr_decay, eps, eps_root, initial_accumulator, weight_decay):
    """Duchi, Hazan and Singer 2011, with PyTorch's decay of the learning rate."""
    g = g + weight_decay * w
    s["h"] = s.get("h", initial_accumulator) + g * g
    return w - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s["h"] + eps_root) + eps)


def rmsprop(w, g, s, t, *, lr, alpha, eps, eps_root, momentum, centered, weight_decay):
    """Hinton 2012, lecture 6e; `centered` as in Graves 2013, momentum as in PyTorch."""
    g = g + weight_decay * w
    s["G"] = alpha * s.get("G", 0) + (1 - alpha) * g * g
    variance = s["G"]
    if centered:
        s["mean"] = alpha * s.get("mean", 0) + (1 - alpha) * g
        variance = variance - s["mean"] ** 2
    step = g / (np.sqrt(variance + eps_root) + eps)
    s["b"] = momentum * s.get("b", 0) + step
    return w - lr * s["b"]


def adadelta(w, g, s, t, *, lr, rho, eps, weight_decay):
    """Zeiler 2012, algorithm 1; lr = 1 is the paper's."""
    g = g + weight_decay * w
    s["G"] = rho * s.get("G", 0) + (1 - rho) * g * g
    delta = -np.sqrt(s.get("s", 0) + eps) / np.sqrt(s["G"] + eps) * g
    s["s"] = rho * s.get("s", 0) + (1 - rho) * delta**2
    return w + lr * delta


def adam(w, g, s, t, *, weight_decay, **rest):
    """Kingma and Ba 2015; the weight decay is part of the gradient."""
    return w - adam_step(g + weight_decay * w, s, t, **rest)


def adamw(w, g, s, t, *, weight_decay, **rest):
    """Loshchilov and Hutter 2019, with PyTorch's scaling of the decay by the learning rate."""
    return w - rest["lr"] * weight_decay * w - adam_step(g, s, t, **rest)


def adam_step(g, s, t, *, lr, beta1, beta2, eps, eps_root, amsgrad, bias_correction):
    """What Adam subtracts: algorithm 1 (full), the form with ε-hat that ends section 2 (folded), no correction (off).

    `amsgrad` (Reddi, Kale and Kumar 2018) keeps the largest v before its correction, as PyTorch does.
    """
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g * g
    m, v = s["m"], s["v"]
    if amsgrad:
        v = s["vmax"] = np.maximum(s.get("vmax", 0), v)
    if bias_correction == FULL:
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    if bias_correction == FOLDED:
        lr = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return lr * m / (np.sqrt(v + eps_root) + eps)


def lion(w, g, s, t, *, lr, beta1, beta2, weight_decay):
    """Chen et al. 2023, algorithm 2."""
    m = s.get("m", 0)
    s["m"] = beta2 * m + (1 - beta2) * g
    return w - lr * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)


def lars(w, g, s, t, *, lr, momentum, nesterov, trust_coefficient, eps, weight_decay):
    """You, Gitman and Ginsburg 2017, algorithm 1; the trust ratio divides by the norm of g + λw, as optax does."""
    u = g + weight_decay * w
    u = lr * trust_ratio(w, u, trust_coefficient, eps) * u
    s["b"] = momentum * s.get("b", 0) + u
    return w - (u + momentum * s["b"] if nesterov else s["b"])


def lamb(w, g, s, t, *, lr, beta1, beta2, eps, eps_root, weight_decay):
    """You et al. 2020, algorithm 2, with φ(x) = x."""
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g * g
    m, v = s["m"] / (1 - beta1**t), s["v"] / (1 - beta2**t)
    u = m / (np.sqrt(v + eps_root) + eps) + weight_decay * w
    return w - lr * trust_ratio(w, u, 1, 0) * u


def trust_ratio(w, u, coefficient, eps):
    """The share of the parameter's norm that the update is brought to; 1 where one of the norms is 0."""
    w, u = np.sqrt(np.sum(w * w)), np.sqrt(np.sum(u * u))
    return 1 if w == 0 or u == 0 else coefficient * w / (u + eps)


def rmsprop_printed(w, g, s, t, *, lr, alpha, eps, eps_root):
    """RMSProp as the article prints it: `+=` keeps the whole of G beside its decayed self."""
    G = s.get("G", 0)
    s["G"] = G + alpha * G + (1 - alpha) * g * g
    return w - lr * g / (np.sqrt(s["G"] + eps_root) + eps)


def adadelta_printed(w, g, s, t, *, rho, eps):
    """AdaDelta as the article prints it, with the same slip in both averages."""
    G, squares = s.get("G", 0), s.get("s", 0)
    s["G"] = G + rho * G + (1 - rho) * g * g
    delta = -np.sqrt(squares + eps) / np.sqrt(s["G"] + eps) * g
    s["s"] = squares + rho * squares + (1 - rho) * delta**2
    return w + delta


ADAM = dict(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0, amsgrad=False, bias_correction=FULL)

# Spec name: formula and default hyperparameters.
OPTIMIZERS = {
    "sgd": (sgd, dict(lr=0.01, momentum=0.0, dampening=0.0, nesterov=False, weight_decay=0.0)),
    "momentum": (momentum, dict(lr=0.01, momentum=0.9)),
    "adagrad": (
        adagrad,
        dict(lr=0.01, lr_decay=0.0, eps=1e-10, eps_root=0.0, initial_accumulator=0.0, weight_decay=0.0),
    ),
    "rmsprop": (
        rmsprop,
        dict(lr=0.01, alpha=0.99, eps=1e-8, eps_root=0.0, momentum=0.0, centered=False, weight_decay=0.0),
    ),
    "adadelta": (adadelta, dict(lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0)),
    "adam": (adam, dict(ADAM, weight_decay=0.0)),
    "adamw": (adamw, dict(ADAM, weight_decay=0.01)),
    "lion": (lion, dict(lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0)),
    "lars": (
        lars,
        dict(lr=0.01, momentum=0.9, nesterov=False, trust_coefficient=0.001, eps=0.0, weight_decay=0.0),
    ),
    "lamb": (lamb, dict(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-6, eps_root=0.0, weight_decay=0.0)),
    "rmsprop-printed": (rmsprop_printed, dict(lr=0.01, alpha=0.9, eps=0.0, eps_root=1e-6)),
    "adadelta-printed": (adadelta_printed, dict(rho=0.9, eps=1e-6)),
}
