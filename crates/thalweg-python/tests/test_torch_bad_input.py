"""What the drop-ins refuse: the right exception, a sentence that names what is wrong, and nothing changed."""

import threading

import pytest

torch = pytest.importorskip("torch")

import thalweg.torch as ours  # noqa: E402


def parameter(*shape, **options):
    return torch.nn.Parameter(torch.ones(*(shape or (3,)), **options))


@pytest.mark.parametrize(
    ("make", "exception", "message"),
    [
        (lambda: ours.Adam([parameter()], lrr=1), TypeError, r"Adam has no argument 'lrr'; did you mean lr\?"),
        (lambda: ours.Adam([parameter()], lr=-1), ValueError, "adam: lr=-1 is refused; lr is a finite number ≥ 0"),
        (lambda: ours.Adam([parameter()], betas=(0.9,)), ValueError, r"betas is 2 numbers, \(beta1, beta2\)"),
        (lambda: ours.Adam([parameter()], betas=(0.9, 2.0)), ValueError, "beta2=2 is refused"),
        (lambda: ours.Adam([parameter()], 0.1, lr=0.1), TypeError, "two values for lr"),
        (lambda: ours.Adam([parameter()], differentiable=True), ValueError, "differentiable=True is not possible"),
        (lambda: ours.Adam([]), ValueError, "empty parameter list"),
        (lambda: ours.Adam(parameter()), TypeError, "params argument"),
        (lambda: ours.Adam([torch.ones(2, dtype=torch.complex64, requires_grad=True)]), TypeError, "`0` is complex"),
        (lambda: ours.Adam([parameter(), parameter(dtype=torch.float64)]), TypeError, "cannot share an optimizer"),
        (lambda: ours.Adam([parameter()], groups={"a": {}}), TypeError, r"named_parameters\(\)"),
        (lambda: ours.Adam([parameter()], clip="hard"), ValueError, "clip=hard is refused"),
        (lambda: ours.Optimizer([parameter()], "adm"), ValueError, "there is no optimizer `adm`"),
        (lambda: ours.Optimizer([parameter()], "adam", speed=3), TypeError, "has no option speed"),
        (lambda: ours.Adam([("a", parameter()), ("a", parameter())]), ValueError, "'a'"),
        (lambda: ours.Adamm, AttributeError, r"did you mean Adam"),
    ],
)
def test_construction(make, exception, message):
    with pytest.raises(exception, match=message):
        make()


def stepped():
    params = [("w", parameter(2, 3)), ("b", parameter(3))]
    optimizer = ours.Adam(params, non_finite="error")
    for _, p in params:
        p.grad = torch.ones_like(p)
    optimizer.step()
    return params, optimizer


@pytest.mark.parametrize(
    ("spoil", "exception", "message"),
    [
        (lambda w: setattr(w, "data", torch.ones(3, 2)), ValueError, r"the gradient of `w` has shape \(2, 3\), but the parameter has shape \(3, 2\)"),
        (lambda w: w.grad.fill_(float("nan")), FloatingPointError, "the gradient of `w` is NaN at element 0"),
    ],
)
def test_a_step_that_is_refused_changes_nothing(spoil, exception, message):
    params, optimizer = stepped()
    before = params[1][1].detach().clone()
    spoil(params[0][1])
    with pytest.raises(exception, match=message):
        optimizer.step()
    assert torch.equal(params[1][1], before)
    assert optimizer._core.steps("b") == 1


def test_other_devices_and_types():
    meta = torch.nn.Parameter(torch.ones(3, device="meta"))
    meta.grad = torch.ones(3, device="meta")
    with pytest.raises(ValueError, match="the parameter `0` is on meta; it must be on the CPU"):
        ours.SGD([meta]).step()
    whole = torch.nn.Parameter(torch.ones(3, dtype=torch.int64), requires_grad=False)
    optimizer = ours.SGD([parameter(), whole])
    whole.grad = torch.ones(3, dtype=torch.int64)
    with pytest.raises(TypeError, match="the parameter `1` has type torch.int64"):
        optimizer.step()


def test_maximize_is_the_same_for_all_groups():
    with pytest.raises(ValueError, match="maximize is the same for all parameter groups"):
        ours.SGD([{"params": [parameter()], "maximize": True}, {"params": [parameter()]}])


def test_a_value_that_is_refused_later_names_it():
    params, optimizer = stepped()
    optimizer.param_groups[0]["lr"] = -1.0
    before = params[0][1].detach().clone()
    with pytest.raises(ValueError, match="lr=-1 is refused"):
        optimizer.step()
    assert torch.equal(params[0][1], before)
    optimizer.param_groups[0]["lr"] = 0.1
    optimizer.step()


def test_checkpoints_that_do_not_fit():
    params, optimizer = stepped()
    state = optimizer.state_dict()
    sgd = torch.optim.SGD([p for _, p in params], lr=0.1, momentum=0.9)
    sgd.step()
    for wrong, message in [
        ({**sgd.state_dict()}, "the state of `w` has no 'exp_avg': adam needs exp_avg, exp_avg_sq, and it has momentum_buffer"),
        ({**state, "state": {0: {**state["state"][0], "exp_avg": torch.ones(5)}}}, "has 5 numbers, but 6 are needed"),
        ({**state, "param_groups": []}, "different number of parameter groups"),
    ]:
        with pytest.raises(ValueError, match=message):
            optimizer.load_state_dict(wrong)
        after = optimizer.state_dict()
        assert after["state"][0]["step"] == state["state"][0]["step"]
        assert torch.equal(after["state"][0]["exp_avg"], state["state"][0]["exp_avg"])
    optimizer.step()


def test_parameters_that_share_memory():
    base = torch.ones(6)
    a, b = torch.nn.Parameter(base[:4]), torch.nn.Parameter(base[2:])
    a.grad, b.grad = torch.ones(4), torch.ones(4)
    with pytest.raises(ValueError, match="the parameter `0` and the parameter `1` share memory"):
        ours.SGD([a, b], lr=1.0).step()
    assert base.tolist() == [1] * 6


def test_sparse_gradients_where_every_row_is_needed():
    table = torch.nn.Embedding(5, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(ValueError, match="the gradient of `0` is sparse, but lamb needs that of the whole parameter"):
        ours.LAMB(table.parameters()).step()


def test_two_threads_one_optimizer():
    p = parameter(1 << 21)
    p.grad = torch.ones_like(p)
    optimizer, refused = ours.Adam([p]), []

    def step():
        for _ in range(20):
            try:
                optimizer.step()
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=step) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all("in use by another thread" in message for message in refused)
    assert optimizer._core.steps_taken + len(refused) == 60


def test_tensors_without_memory():
    p = parameter(3)
    p.grad = torch._efficientzerotensor((3,))
    with pytest.raises(TypeError, match="the gradient of `0` is of type Tensor and has no memory of its own"):
        ours.SGD([p]).step()


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda m: ours.SGD(m.named_parameters(), groups=[{"lr": 1}]), TypeError, "groups is a dictionary"),
        (lambda m: ours.SGD(m.named_parameters(), groups={"*": {"lrr": 1}}), TypeError, "'lrr', which is no hyperparameter; did you mean lr"),
    ],
)
def test_groups_that_cannot_be_read(call, exception, message):
    with pytest.raises(exception, match=message):
        call(torch.nn.Linear(2, 2))


def test_adam_does_not_become_adamw():
    p = parameter(3)
    p.grad = torch.ones(3)
    optimizer = ours.Adam([p])
    optimizer.param_groups[0]["decoupled_weight_decay"] = True
    with pytest.raises(ValueError, match="make thalweg.torch.AdamW"):
        optimizer.step()


def test_state_of_another_shape():
    params, optimizer = stepped()
    state = optimizer.state_dict()
    state["state"][0]["exp_avg"] = state["state"][0]["exp_avg"].t().contiguous()
    with pytest.raises(ValueError, match=r"'exp_avg' in the state of `w` has shape \(3, 2\), but the parameter has shape \(2, 3\)"):
        optimizer.load_state_dict(state)
