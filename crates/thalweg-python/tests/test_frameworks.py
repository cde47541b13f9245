"""Where other people's training loops take an optimizer: transformers' Trainer, and sharding over processes."""

import os
import socket

import pytest

torch = pytest.importorskip("torch")

import thalweg.torch as ours  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))


def train(network, optimizer, steps):
    for step in range(steps):
        x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        ((network(x) - 1) ** 2).mean().backward()
        optimizer.step()


def shard(rank, port, folder):
    """One of two processes."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=2)
    from torch.distributed.optim import ZeroRedundancyOptimizer

    network = torch.nn.parallel.DistributedDataParallel(model())
    optimizer = ZeroRedundancyOptimizer(network.parameters(), optimizer_class=ours.AdamW, lr=0.01)
    train(network, optimizer, 3)
    optimizer.consolidate_state_dict(to=0)
    if rank == 0:
        torch.save(optimizer.state_dict(), f"{folder}/optimizer.pt")
    torch.distributed.barrier()
    saved = torch.load(f"{folder}/optimizer.pt", weights_only=False)
    again = ZeroRedundancyOptimizer(network.parameters(), optimizer_class=ours.AdamW, lr=0.01)
    again.load_state_dict(saved)
    train(network, again, 6)
    if rank == 0:
        torch.save([p.detach() for p in network.parameters()], f"{folder}/weights.pt")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
    # PyTorch's own threads may outlive the group, and abort the process when the interpreter ends.
    os._exit(0)


def test_two_processes_share_the_state(tmp_path):
    torch.multiprocessing.spawn(shard, args=(free_port(), str(tmp_path)), nprocs=2)
    network = model()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
    train(network, optimizer, 3)
    train(network, optimizer, 6)
    for ours_, theirs in zip(torch.load(tmp_path / "weights.pt"), network.parameters()):
        torch.testing.assert_close(ours_, theirs.detach(), rtol=1e-4, atol=1e-6)


def test_transformers_trainer(tmp_path):
    transformers = pytest.importorskip("transformers")

    class Text(torch.utils.data.Dataset):
        def __len__(self):
            return 32

        def __getitem__(self, index):
            tokens = torch.arange(index, index + 16) % 50
            return {"input_ids": tokens, "labels": tokens}

    def losses(make):
        transformers.set_seed(0)
        config = transformers.GPT2Config(vocab_size=50, n_positions=16, n_embd=32, n_layer=2, n_head=2)
        network = transformers.GPT2LMHeadModel(config)
        optimizer = make(network)
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path), max_steps=8, per_device_train_batch_size=4, logging_steps=1, report_to=[],
            save_strategy="no", use_cpu=True, seed=0, disable_tqdm=True,
        )
        trainer = transformers.Trainer(
            model=network, args=arguments, train_dataset=Text(), optimizers=(optimizer, None)
        )
        trainer.train()
        return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]

    theirs = losses(lambda network: torch.optim.AdamW(network.parameters(), lr=1e-2))
    mine = losses(lambda network: ours.AdamW(network.parameters(), lr=1e-2))
    assert len(mine) == 8 and mine[-1] < mine[0]
    assert mine == pytest.approx(theirs, rel=1e-3)
