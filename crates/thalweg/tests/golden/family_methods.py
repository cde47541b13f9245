"""The table of make_family.py: each method's reference, default values and settings."""

import optax
import pytorch_optimizer
import timm.optim
import torch

from family_adam import ADAM
from family_references import TORCH_NAMES, Around, Cautious, Optax, ShrunkRun, Torch
from family_rows import (
    around_base,
    coupled,
    distance_over_gradients,
    none_for_zero,
    optax_adafactor,
    po,
    row,
    timm_of,
    tuple_of_betas,
)

METHODS = {
    # Gradient descent.
    "nesterov": row(
        Torch(torch.optim.SGD, always=dict(nesterov=True, dampening=0.0)),
        "lr=0.01,momentum=0.9,weight_decay=0",
        "lr=0.002,momentum=0.5",
        "lr=0.001,momentum=0.95,weight_decay=0.1",
        "lr=0.05,weight_decay=0.01",
        ours=True,
    ),
    "asgd": row(
        Torch(torch.optim.ASGD, average=lambda state: state["ax"]),
        "lr=0.01,lambd=0.0001,alpha=0.75,t0=1000000.0,weight_decay=0",
        "lr=0.1,lambd=0.05",
        "lr=0.02,lambd=0.3,alpha=0.5",
        "lr=0.05,lambd=0.1,t0=8,weight_decay=0.1",
    ),
    "rprop": row(
        Torch(torch.optim.Rprop),
        "lr=0.01,eta_minus=0.5,eta_plus=1.2,step_min=0.000001,step_max=50",
        "lr=0.1",
        "lr=0.02,eta_minus=0.3,eta_plus=1.5",
        "lr=0.05,step_min=0.02,step_max=0.08",
    ),
    "sign-sgd": row(Optax(optax.sign_sgd), "lr=0.001", "lr=0.02", "lr=0.1", "lr=1"),
    "signum": row(
        Optax(optax.signum), "lr=0.001,beta=0.9", "lr=0.02", "lr=0.02,beta=0.5", "lr=0.1,beta=0.99"
    ),
    "optimistic-gd": row(
        Optax(optax.optimistic_gradient_descent),
        "lr=0.001,alpha=1,beta=1",
        "lr=0.01,alpha=0.5",
        "lr=0.01,beta=0.5",
        "lr=0.02,alpha=1.5,beta=0.3",
    ),
    "sgdw": row(
        timm_of(timm.optim.SGDW),
        "lr=0.001,momentum=0,dampening=0,weight_decay=0,nesterov=false,cautious=false",
        "lr=0.01,momentum=0.9,dampening=0.3,weight_decay=0.1",
        "lr=0.02,momentum=0.8,nesterov=true",
        "lr=0.01,momentum=0.9,cautious=true",
        "lr=0.01,momentum=0.7,nesterov=true,cautious=true,weight_decay=0.3",
    ),
    "qhm": row(
        po(pytorch_optimizer.QHM),
        "lr=0.001,momentum=0,nu=1,weight_decay=0,decoupled=false",
        "lr=0.01,momentum=0.9,nu=0.7",
        "lr=0.01,momentum=0.95,nu=0.4,weight_decay=0.1",
        "lr=0.02,momentum=0.9,weight_decay=0.3,decoupled=true",
    ),
    "aggmo": row(
        po(pytorch_optimizer.AggMo),
        "lr=0.001,beta1=0,beta2=0.9,beta3=0.99,weight_decay=0,decoupled=false",
        "lr=0.005,beta1=0.3",
        "lr=0.005,beta2=0.7,beta3=0.95,weight_decay=0.1",
        "lr=0.01,beta3=0.8,weight_decay=0.3,decoupled=true",
    ),
    "pid": row(
        po(pytorch_optimizer.PID),
        "lr=0.001,momentum=0,dampening=0,derivative=10,integral=5,weight_decay=0,decoupled=false",
        "lr=0.002,momentum=0.9,derivative=3",
        "lr=0.002,momentum=0.5,dampening=0.2,integral=2,weight_decay=0.1",
        "lr=0.005,momentum=0.8,weight_decay=0.3,decoupled=true",
    ),
    "srmm": row(
        po(pytorch_optimizer.SRMM),
        "lr=0.01,beta=0.5,memory_length=100",
        "lr=0.1,beta=0.8",
        "lr=0.05,memory_length=7",
        "lr=0.02,beta=0.2,memory_length=3",
    ),
    "noisy-sgd": row(
        Optax(optax.noisy_sgd, adapt=lambda options: {"key": options.pop("seed"), **options}),
        "lr=0.001,eta=0.01,gamma=0.55,seed=0",
        "lr=0.02,eta=0",
        "lr=0.01,eta=0,gamma=0.7",
        "lr=0.1,eta=0,seed=3",
        first="eta=0",
    ),
    "polyak-sgd": row(
        Optax(optax.polyak_sgd),
        "max_learning_rate=1,scaling=1,f_min=0,eps=0,variant=sps",
        "scaling=0.001,f_min=0.5",
        "scaling=0.001,f_min=1.5,variant=sps+",
        "scaling=0.0001,f_min=1.2,max_learning_rate=0.1",
        "scaling=0.001,f_min=1.5,eps=0.5",
    ),
    # Adagrad and its kin.
    "adagrad-w": row(
        Around(
            Torch(torch.optim.Adagrad, {**TORCH_NAMES, "initial_accumulator_value": "initial_accumulator"}),
            ShrunkRun,
            note=" after a decay of the weights",
        ),
        "lr=0.01,lr_decay=0,eps=1e-10,initial_accumulator=0,weight_decay=0.01",
        "lr=0.1",
        "lr=0.1,lr_decay=0.1,weight_decay=0.3",
        "lr=0.05,eps=0.01,initial_accumulator=0.5,weight_decay=0.1",
        ours=True,
    ),
    "ftrl": row(
        po(pytorch_optimizer.FTRL),
        "lr=0.001,beta=0,lambda_1=0,lambda_2=0",
        "lr=0.1,lambda_1=0.5",
        "lr=0.5,beta=1,lambda_2=0.1",
        "lr=0.1,beta=0.5,lambda_1=0.01,lambda_2=0.01",
    ),
    "kate": row(
        po(pytorch_optimizer.Kate),
        "lr=0.001,delta=0,weight_decay=0,decoupled=true,eps=1e-8",
        "lr=0.1,delta=0.5",
        "lr=0.05,eps=0.01,weight_decay=0.3",
        "lr=0.05,delta=0.1,weight_decay=0.3,decoupled=false",
    ),
    "sm3": row(
        Optax(optax.sm3, vector=True),
        "lr=0.001,momentum=0.9",
        "lr=0.02",
        "lr=0.02,momentum=0.5",
        "lr=0.1,momentum=0",
    ),
    "avagrad": row(
        po(pytorch_optimizer.AvaGrad),
        "lr=0.1,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,eps=0.1",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.05,beta2=0.9,weight_decay=0.3",
        "lr=0.05,weight_decay=0.3,decoupled=false",
    ),
    **ADAM,
    # Signs and little state.
    "lion": row(
        Cautious(Optax(optax.lion), timm_of(timm.optim.Lion)),
        "lr=0.0001,beta1=0.9,beta2=0.99,weight_decay=0,cautious=false",
        "lr=0.02,beta1=0.5",
        "lr=0.02,beta2=0.9,weight_decay=0.3",
        "lr=0.02,cautious=true",
        "lr=0.02,beta1=0.7,weight_decay=0.3,cautious=true",
        ours=True,
    ),
    "tiger": row(
        po(pytorch_optimizer.Tiger),
        "lr=0.001,beta=0.965,weight_decay=0.01,decoupled=true",
        "lr=0.02,beta=0.8",
        "lr=0.02,weight_decay=0.3",
        "lr=0.02,beta=0.9,weight_decay=0.3,decoupled=false",
    ),
    "adam-mini": row(
        po(pytorch_optimizer.AdamMini, widen=True, whole=True),
        "lr=1,beta1=0.9,beta2=0.999,weight_decay=0.1,eps=1e-8",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3",
        "lr=0.1,beta1=0.5,weight_decay=0",
    ),
    "came": row(
        po(pytorch_optimizer.CAME),
        "lr=0.0002,beta1=0.9,beta2=0.999,beta3=0.9999,weight_decay=0,decoupled=true,clip_threshold=1,amsgrad=false,"
        "eps1=1e-30,eps2=1e-16",
        "lr=0.02,beta1=0.8,beta2=0.9,clip_threshold=0.5",
        "lr=0.02,beta3=0.99,weight_decay=0.3,eps1=0.01,eps2=0.001",
        "lr=0.02,weight_decay=0.3,decoupled=false,amsgrad=true",
    ),
    "adalite": row(
        po(pytorch_optimizer.Adalite),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0.01,decoupled=true,g_norm_min=1e-10,ratio_min=0.0001,tau=1,"
        "eps1=0.000001,eps2=1e-10",
        "lr=0.02,beta1=0.8,ratio_min=0.05,eps1=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,g_norm_min=200,tau=0.1",
        "lr=0.02,weight_decay=0.3,decoupled=false,eps2=0.5",
    ),
    "adafactor": row(
        Torch(torch.optim.Adafactor, {"eps": ["eps1", "eps2"]}),
        "lr=0.01,beta2_decay=-0.8,eps1=1.1920928955078125e-07,eps2=0.001,d=1,weight_decay=0",
        "lr=0.1,beta2_decay=-0.5,d=1.2",
        "lr=0.1,eps1=0.1,eps2=0.7",
        "lr=0.3,weight_decay=0.3",
        ours=True,
    ),
    "adafactor-optax": row(
        Optax(optax.adafactor, adapt=optax_adafactor, widen=True),
        "lr=0.01,min_dim_size_to_factor=128,decay_rate=0.8,multiply_by_parameter_scale=true,clipping_threshold=1,"
        "momentum=0,weight_decay=0,eps=1e-30,factored=true",
        "lr=0.1,min_dim_size_to_factor=2,decay_rate=0.5,momentum=0.9",
        "lr=0.1,min_dim_size_to_factor=2,clipping_threshold=0.3,weight_decay=0.01",
        "min_dim_size_to_factor=4,multiply_by_parameter_scale=false,clipping_threshold=0,momentum=0.5,eps=0.01",
        "min_dim_size_to_factor=2,factored=false",
        ours=True,
    ),
    "adalite": row(
        po(pytorch_optimizer.Adalite),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0.01,decoupled=true,g_norm_min=1e-10,ratio_min=1e-4,tau=1,"
        "eps1=1e-6,eps2=1e-10",
        "lr=0.1,beta1=0.8,weight_decay=0.1,decoupled=false",
        "lr=0.05,beta2=0.9,ratio_min=0.5,tau=0.3,eps1=0.01",
        "lr=0.02,g_norm_min=2000,tau=3,eps2=20",
    ),
    # Newer ones.
    "ademamix": row(
        Optax(optax.contrib.ademamix),
        "lr=0.001,beta1=0.9,beta2=0.999,beta3=0.9999,alpha=5,eps=1e-8,eps_root=0,weight_decay=0",
        "lr=0.02,beta1=0.8,beta3=0.99",
        "lr=0.02,beta2=0.9,alpha=2,eps=0.01,weight_decay=0.3",
        "lr=0.02,beta3=0.95,eps_root=0.01",
    ),
    "simplified-ademamix": row(
        Optax(optax.contrib.simplified_ademamix),
        "lr=0.001,beta1=0.99,beta2=0.95,alpha=0,eps=1e-8,eps_root=0,weight_decay=0",
        "lr=0.01,beta1=0.9,alpha=2",
        "lr=0.01,beta2=0.8,eps=0.01,weight_decay=0.3",
        "lr=0.02,alpha=0.5,eps_root=0.01",
    ),
    "adopt": row(
        Optax(optax.contrib.adopt),
        "lr=0.001,beta1=0.9,beta2=0.9999,eps=0.000001,nesterov=false,use_clipping=true",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,eps=0.1,nesterov=true",
        "lr=0.02,eps=0.5,use_clipping=false",
    ),
    "madgrad": row(
        Optax(optax.contrib.madgrad, widen=True),
        "lr=0.001,momentum=0.9,weight_decay=0,eps=0.000001",
        "lr=0.02,momentum=0.5",
        "lr=0.02,weight_decay=0.1,eps=0.1",
        "lr=0.1,momentum=0,eps=0.01",
    ),
    "acprop": row(
        Optax(optax.contrib.acprop),
        "lr=0.001,beta1=0.9,beta2=0.999,eps=1e-16,eps_root=1e-16,weight_decay=0",
        "lr=0.02,beta1=0.8,eps_root=0.001",
        "lr=0.02,beta2=0.9,eps=0.1",
        "lr=0.02,eps_root=0.01,weight_decay=0.3",
    ),
    "grams": row(
        coupled(po(pytorch_optimizer.Grams)),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0,decoupled=true,eps=0.000001",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "grokfast": row(
        po(pytorch_optimizer.GrokFastAdamW),
        "lr=0.0001,beta1=0.9,beta2=0.99,grokfast=true,grokfast_alpha=0.98,grokfast_lamb=2,grokfast_after_step=0,"
        "weight_decay=0,normalize_lr=true,eps=1e-8",
        "lr=0.02,beta1=0.8,grokfast_alpha=0.8,grokfast_lamb=1",
        "lr=0.02,beta2=0.9,grokfast_after_step=5,weight_decay=0.3,normalize_lr=false,eps=0.5",
        "lr=0.02,grokfast=false,weight_decay=0.3",
    ),
    "ano": row(
        po(pytorch_optimizer.Ano),
        "lr=0.0001,beta1=0.92,beta2=0.99,weight_decay=0,decoupled=true,logarithmic_schedule=false,eps=1e-8",
        "lr=0.02,beta1=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,weight_decay=0.3,logarithmic_schedule=true",
        "lr=0.02,weight_decay=0.3,decoupled=false",
    ),
    "mars": row(
        po(pytorch_optimizer.MARS, always=dict(weight_decouple=True), note="; cautious: masked as timm does"),
        "lr=0.003,beta1=0.95,beta2=0.99,gamma=0.025,mars_type=adamw,optimize_1d=false,lr_1d=0.003,beta1_1d=0.9,"
        "beta2_1d=0.95,weight_decay=0,weight_decay_1d=0.1,amsgrad=false,cautious=false,eps=1e-8",
        "lr=0.02,beta1=0.8,gamma=0.5,lr_1d=0.01,beta1_1d=0.7",
        "lr=0.02,weight_decay=0.3,weight_decay_1d=0.05,mars_type=lion,beta2_1d=0.8,eps=0.01",
        "lr=0.02,beta2=0.9,optimize_1d=true,amsgrad=true",
        "lr=0.02,cautious=true",
    ),
    "fadam": row(
        po(pytorch_optimizer.FAdam, always=dict(momentum_dtype=torch.float64, fim_dtype=torch.float64)),
        "lr=0.001,beta1=0.9,beta2=0.999,weight_decay=0.1,clip=1,p=0.5,eps=1e-8,eps_2=0.01",
        "lr=0.02,beta1=0.8,clip=0.5",
        "lr=0.02,beta2=0.9,weight_decay=0.3,p=0.4",
        "lr=0.02,eps=0.5,eps_2=0.001",
    ),
    "amos": row(
        po(pytorch_optimizer.Amos),
        "lr=0.001,beta=0.999,momentum=0,extra_l2=0,c_coef=0.25,d_coef=0.25,eps=1e-18",
        "lr=0.1,beta=0.9,extra_l2=0.01",
        "lr=0.1,momentum=0.9,c_coef=0.5",
        "lr=0.3,d_coef=0.5,eps=0.1",
    ),
    # Steps of a length that the weights give.
    "fromage": row(
        Optax(optax.fromage),
        "lr=0.001,min_norm=0.000001",
        "lr=0.02",
        "lr=0.02,min_norm=5",
        "lr=0.1,min_norm=0.5",
    ),
    "nero": row(
        po(pytorch_optimizer.Nero),
        "lr=0.01,beta=0.999,constraints=true,eps=1e-8",
        "lr=0.02,beta=0.9",
        "lr=0.02,constraints=false",
        "lr=0.05,eps=0.5",
    ),
    # No rate to choose.
    "cocob": row(
        Optax(optax.contrib.cocob),
        "lr=1,alpha=100,eps=1e-8,weight_decay=0",
        "alpha=10",
        "lr=0.5,eps=0.5",
        "alpha=5,weight_decay=0.1",
    ),
    "dog": row(
        Optax(optax.contrib.dog, adapt=distance_over_gradients),
        "lr=1,init_step=heuristic,init_value=0.000001,eps=1e-8,weight_decay=0",
        "lr=0.5,init_value=0.01",
        "init_step=distance,init_value=0.1,eps=10000",
        "init_step=learning_rate,init_value=0.0001,weight_decay=0.1",
    ),
    "dowg": row(
        Optax(optax.contrib.dowg, adapt=none_for_zero("weight_decay")),
        "lr=1,init_estim_sq_dist=null,eps=0.0001,weight_decay=0",
        "lr=0.5,init_estim_sq_dist=0.01",
        "eps=0.1",
        "init_estim_sq_dist=1,weight_decay=0.1",
    ),
    "prodigy": row(
        Optax(optax.contrib.prodigy, adapt=tuple_of_betas),
        "lr=1,beta1=0.9,beta2=0.999,beta3=null,eps=1e-8,estim_lr0=0.000001,estim_lr_coef=1,weight_decay=0,"
        "safeguard_warmup=false",
        "lr=0.5,beta1=0.8,estim_lr0=0.001",
        "beta2=0.9,beta3=0.8,eps=0.01,estim_lr0=0.0001,weight_decay=0.1",
        "estim_lr0=0.00001,estim_lr_coef=20,safeguard_warmup=true",
    ),
    "dadapt-adamw": row(
        Optax(optax.contrib.dadapt_adamw, adapt=tuple_of_betas),
        "lr=1,beta1=0.9,beta2=0.999,eps=1e-8,estim_lr0=0.000001,weight_decay=0",
        "lr=0.5,beta1=0.8,estim_lr0=0.001",
        "beta2=0.9,eps=0.01,estim_lr0=0.0001",
        "estim_lr0=0.001,weight_decay=0.1",
    ),
    "mechanic": row(
        Optax(optax.contrib.mechanize, adapt=around_base),
        "base=adam,lr=1,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0.01,eps_s=1e-8,s_init=0.000001,num_betas=6",
        "base=sgd,lr=0.01,s_init=0.001",
        "lr=0.5,beta1=0.8,weight_decay=0.1,eps_s=0.001,s_init=0.01",
        "num_betas=3,beta2=0.9,eps=0.01,s_init=0.0001",
    ),
    "momo": row(
        Optax(optax.contrib.momo),
        "lr=1,beta=0.9,lower_bound=0,weight_decay=0,adapt_lower_bound=false",
        "lr=2e-7,beta=0.5",
        "lr=3e-7,lower_bound=1,adapt_lower_bound=true",
        "lr=0.001,lower_bound=-100,weight_decay=0.1",
    ),
    "momo-adam": row(
        Optax(optax.contrib.momo_adam),
        "lr=0.01,beta1=0.9,beta2=0.999,eps=1e-8,lower_bound=0,weight_decay=0,adapt_lower_bound=false",
        "lr=0.00002,beta1=0.8,eps=0.01",
        "lr=0.000005,beta2=0.9,lower_bound=1,adapt_lower_bound=true",
        "lr=0.02,lower_bound=-100,weight_decay=0.1",
    ),
    "adamg": row(
        po(pytorch_optimizer.AdamG),
        "lr=1,beta1=0.95,beta2=0.999,beta3=0.95,p=0.2,q=0.24,weight_decay=0,decoupled=false,eps=1e-8",
        "lr=0.2,beta1=0.8,p=0.5",
        "lr=0.1,beta2=0.9,q=0.4,weight_decay=0.3,eps=0.01",
        "lr=0.1,beta3=0.8,weight_decay=0.3,decoupled=true",
    ),
    "schedule-free-sgd": row(
        Optax(
            optax.contrib.schedule_free_sgd,
            adapt=none_for_zero("weight_decay", "warmup_steps"),
            widen=True,
            average=optax.contrib.schedule_free_eval_params,
        ),
        "lr=1,warmup_steps=0,beta1=0.9,weight_decay=0,weight_lr_power=2",
        "lr=0.01,beta1=0.8",
        "lr=0.02,warmup_steps=5,weight_decay=0.1",
        "lr=0.01,warmup_steps=10,weight_lr_power=1",
    ),
    "schedule-free-adamw": row(
        Optax(
            optax.contrib.schedule_free_adamw,
            adapt=none_for_zero("warmup_steps"),
            widen=True,
            average=optax.contrib.schedule_free_eval_params,
        ),
        "lr=0.0025,warmup_steps=0,beta1=0.9,beta2=0.999,eps=1e-8,weight_decay=0,weight_lr_power=2",
        "lr=0.02,beta1=0.8,beta2=0.9",
        "lr=0.02,warmup_steps=5,eps=0.01,weight_decay=0.3",
        "lr=0.05,warmup_steps=10,weight_lr_power=1",
    ),
}
