"""Rows of all processes, with gradients."""

import torch
from mmengine.dist import get_dist_info
from torch import Tensor, distributed


def gather_rows(rows: Tensor) -> Tensor:
    """The rows of all processes, in the order of their ranks.

    Gradients go back to the process that the rows are from. All processes must call it.

    Args:
        rows: (R, ...); R differs from process to process.

    Returns:
        (sum of R, ...); `rows` itself where there is one process.
    """
    return rows if get_dist_info()[1] == 1 else _GatherRows.apply(rows)


class _GatherRows(torch.autograd.Function):
    @staticmethod
    def forward(context: torch.autograd.function.FunctionCtx, rows: Tensor) -> Tensor:
        rank, num_ranks = get_dist_info()
        counts = torch.zeros(num_ranks, dtype=torch.int64, device=rows.device)
        counts[rank] = len(rows)
        distributed.all_reduce(counts)
        counts = counts.tolist()
        # Processes exchange tensors of one size only.
        padded = rows.new_zeros(max(counts), *rows.shape[1:])
        padded[:len(rows)] = rows
        received = [torch.empty_like(padded) for _ in counts]
        distributed.all_gather(received, padded)
        first = sum(counts[:rank])
        context.own = slice(first, first + len(rows))
        return torch.cat([part[:count] for part, count in zip(received, counts, strict=True)])

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        gradient = gradient.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(gradient)
        return gradient[context.own]
