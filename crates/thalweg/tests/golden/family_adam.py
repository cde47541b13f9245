"""The rows of make_family.py's table for Adam and the methods that are Adam but for one idea."""

import optax
import pytorch_optimizer
import timm.optim
import torch
from adam_atan2_pytorch import AdamAtan2

from family_references import Optax, Torch
from family_rows import DECOUPLED, Choice, adamc, atan2_of, cautious, coupled, decoupled_adan, po, row, timm_of

ADAM = {
    "adam": row(
        timm_of(timm.optim.AdamWLegacy, weight_decay=0.0),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,amsgrad=false,cautious=false",
        "lr=0.02,cautious=true",
        "lr=0.02,beta1=0.8,eps=0.01,cautious=true",
        "lr=0.02,beta2=0.9,amsgrad=true,cautious=true",
    ),
    "adamw": row(
        timm_of(timm.optim.AdamWLegacy),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0.01,amsgrad=false,cautious=false",
        "lr=0.02,cautious=true",
        "lr=0.02,beta1=0.8,eps=0.01,weight_decay=0.3,cautious=true",
        "lr=0.02,beta2=0.9,weight_decay=0.3,amsgrad=true,cautious=true",
    ),
    "adamax": row(
        Torch(torch.optim.Adamax),
        "lr=0.002,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0",
        "lr=0.02,beta1=0.8",
        "lr=0.02,beta2=0.9,eps=0.01",
        "lr=0.05,beta1=0.5,weight_decay=0.1",
    ),
    "nadam": row(
        cautious(Torch(torch.optim.NAdam, DECOUPLED)),
        "lr=0.002,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0,momentum_decay=0.004,decoupled=false,cautious=false",
        "lr=0.02,beta1=0.8,beta2=0.95",
        "lr=0.02,eps=0.01,weight_decay=0.1,momentum_decay=0.1",
        "lr=0.02,weight_decay=0.3,decoupled=true",
        "lr=0.02,weight_decay=0.3,decoupled=true,cautious=true",
    ),
    "radam": row(
        Torch(torch.optim.RAdam, DECOUPLED),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0,decoupled=false",
        "lr=0.02,beta1=0.8,beta2=0.95",
        "lr=0.02,eps=0.01,weight_decay=0.1",
        "lr=0.02,weight_decay=0.3,decoupled=true",
    ),
    "adamaxw": row(
        Optax(optax.adamaxw),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0.0001",
        "lr=0.02,beta1=0.8",
        "lr=0.02,beta2=0.9,eps=0.01",
        "lr=0.02,beta1=0.5,weight_decay=0.3",
    ),
    "nadamw": row(
        Optax(optax.nadamw),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,eps_root=0,weight_decay=0.0001",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,eps=0.01,weight_decay=0.3",
        "lr=0.02,beta1=0.5,eps_root=0.01",
    ),
    "amsgrad": row(
        Optax(optax.amsgrad),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-8,eps_root=0,bias_correction_mu=true,bias_correction_nu=true",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,eps=0.01,bias_correction_mu=false",
        "lr=0.02,beta2=0.9,eps_root=0.01,bias_correction_nu=false",
    ),
    "adabelief": row(
        Optax(optax.adabelief),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-16,eps_root=1e-16,nesterov=false",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,eps=0.01,nesterov=true",
        "lr=0.02,beta1=0.5,eps_root=0.001",
    ),
    "yogi": row(
        Optax(optax.yogi),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=0.001",
        "lr=0.02,beta1=0.8",
        "lr=0.02,beta2=0.9",
        "lr=0.05,beta1=0.5,eps=0.1",
    ),
    "adan": row(
        cautious(Choice("small_change", Optax(optax.adan), po(pytorch_optimizer.Adan, adapt=decoupled_adan))),
        "lr=0.001,beta1=0.98,beta2=0.92,beta3=0.99,eps=1e-8,eps_root=0,weight_decay=0,small_change=false,"
        "cautious=false",
        "lr=0.02,beta1=0.9,beta2=0.8",
        "lr=0.02,beta3=0.9,eps=0.01,weight_decay=0.3",
        "lr=0.02,eps_root=0.01,weight_decay=0.3,small_change=true",
        "lr=0.02,weight_decay=0.3,cautious=true",
    ),
    "optimistic-adam": row(
        Optax(optax.optimistic_adam_v2),
        "lr=0.001,alpha=1,beta=1,beta1=0.9,beta2=0.999,eps=1e-8,eps_root=0,nesterov=true",
        "lr=0.02,alpha=0.5,beta1=0.8",
        "lr=0.02,beta=0.3,beta2=0.9,eps=0.01",
        "lr=0.02,eps_root=0.01,nesterov=false",
    ),
    "novograd": row(
        Optax(optax.novograd),
        "lr=0.001,beta1=0.9,beta2=0.25,eps=0.000001,eps_root=0,weight_decay=0",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,eps=0.1,weight_decay=0.1",
        "lr=0.05,beta1=0.5,eps_root=0.5",
    ),
    "qhadam": row(
        po(pytorch_optimizer.QHAdam, widen=True),
        "lr=0.001,beta1=0.9,beta2=0.999,nu1=1,nu2=1,weight_decay=0,decoupled=false,eps=1e-8",
        "lr=0.02,nu1=0.7,nu2=0.9",
        "lr=0.02,beta1=0.8,beta2=0.9,eps=0.01,weight_decay=0.1",
        "lr=0.02,nu1=0.5,weight_decay=0.3,decoupled=true",
    ),
    "adabound": row(
        po(pytorch_optimizer.AdaBound),
        "lr=0.001,final_lr=0.1,beta1=0.9,beta2=0.999,gamma=0.001,weight_decay=0,decoupled=true,amsgrad=false,eps=1e-8",
        "lr=0.02,final_lr=0.05,beta1=0.8,gamma=0.1",
        "lr=0.02,beta2=0.9,gamma=0.05,weight_decay=0.3,amsgrad=true,eps=0.01",
        "lr=0.05,final_lr=0.02,gamma=0.3,weight_decay=0.3,decoupled=false",
    ),
    "adamp": row(
        coupled(po(pytorch_optimizer.AdamP)),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,delta=0.1,wd_ratio=0.1,nesterov=false,eps=1e-8",
        "lr=0.02,beta1=0.8,delta=2,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,delta=1.2,wd_ratio=0.5,nesterov=true",
        "lr=0.02,weight_decay=0.3,decoupled=false,delta=0.7",
    ),
    "stableadamw": row(
        po(pytorch_optimizer.StableAdamW, always=dict(kahan_sum=False)),
        "lr=0.001,beta1=0.9,beta2=0.99,weight_decay=0.01,decoupled=true,eps=1e-8",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.999,weight_decay=0.3",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "adanorm": row(
        po(pytorch_optimizer.AdaNorm),
        "lr=0.001,beta1=0.9,beta2=0.99,r=0.95,weight_decay=0,decoupled=true,amsgrad=false,eps=1e-8",
        "lr=0.02,beta1=0.8,r=0.5,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,amsgrad=true",
        "lr=0.02,r=0.8,weight_decay=0.3,decoupled=false",
    ),
    "laprop": row(
        coupled(po(pytorch_optimizer.LaProp)),
        "lr=0.0004,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,amsgrad=false,eps=1e-15",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,amsgrad=true",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "diffgrad": row(
        po(pytorch_optimizer.DiffGrad),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,amsgrad=false,eps=1e-8",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,amsgrad=true",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "adamod": row(
        po(pytorch_optimizer.AdaMod),
        "lr=0.001,beta1=0.9,beta2=0.99,beta3=0.9999,weight_decay=0,decoupled=true,eps=1e-8",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,beta3=0.9,eps=0.01,weight_decay=0.3",
        "lr=0.05,beta3=0.5,weight_decay=0.3,decoupled=false",
    ),
    "padam": row(
        po(pytorch_optimizer.PAdam),
        "lr=0.1,beta1=0.9,beta2=0.999,partial=0.25,weight_decay=0,decoupled=false,eps=1e-8",
        "lr=0.02,beta1=0.8,partial=0.4",
        "lr=0.02,beta2=0.9,weight_decay=0.1,eps=0.01",
        "lr=0.05,partial=0.5,weight_decay=0.3,decoupled=true",
    ),
    "exadam": row(
        po(pytorch_optimizer.EXAdam),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,eps=1e-8",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,weight_decay=0.3,eps=0.01",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "adam-atan2": row(
        atan2_of(AdamAtan2),
        "lr=0.0001,beta1=0.9,beta2=0.99,a=1.27,b=1,weight_decay=0",
        "lr=0.02,beta1=0.8,a=0.5",
        "lr=0.02,beta2=0.9,b=3",
        "lr=0.02,a=1,weight_decay=0.3",
    ),
    "adamc": row(
        po(adamc),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,amsgrad=false,eps=1e-8,max_lr=0",
        "lr=0.02,weight_decay=0.3,max_lr=0.05",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,amsgrad=true",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
}
