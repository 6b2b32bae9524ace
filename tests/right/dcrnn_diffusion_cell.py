
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, N=4, U=4):
        super().__init__()
        self.N, self.U, self.K = N, U, 2
        self.register_buffer("A", torch.softmax(torch.randn(N, N), 1))
        self.wg = nn.Parameter(torch.randn((2 + U) * 3, 2 * U) * .1); self.wc = nn.Parameter(torch.randn((2 + U) * 3, U) * .1)
        self.out = nn.Linear(U, 2)

    def gconv(self, inputs, state, w, o):
        b = inputs.shape[0]
        inputs = torch.reshape(inputs, (b, self.N, -1)); state = torch.reshape(state, (b, self.N, -1))
        x = torch.cat([inputs, state], dim=2)
        size = x.size(2)
        x0 = x.permute(1, 2, 0)
        x0 = torch.reshape(x0, shape=[self.N, size * b])
        x = torch.unsqueeze(x0, 0)
        x1 = torch.mm(self.A, x0); x = torch.cat([x, x1.unsqueeze(0)], 0)
        for k in range(2, self.K + 1):
            x2 = 2 * torch.mm(self.A, x1) - x0
            x = torch.cat([x, x2.unsqueeze(0)], 0); x1, x0 = x2, x1
        x = torch.reshape(x, shape=[3, self.N, size, b]).permute(3, 1, 2, 0)
        x = torch.reshape(x, shape=[b * self.N, size * 3])
        return torch.reshape(torch.matmul(x, w), [b, self.N * o])

    def forward(self, x):
        T, b, _ = x.shape
        h = torch.zeros(b, self.N * self.U)
        for t in range(T):
            v = torch.sigmoid(self.gconv(x[t], h, self.wg, 2 * self.U))
            v = torch.reshape(v, (-1, self.N, 2 * self.U)); r, u = torch.split(v, self.U, dim=-1)
            r, u = r.reshape(-1, self.N * self.U), u.reshape(-1, self.N * self.U)
            c = torch.tanh(self.gconv(x[t], r * h, self.wc, self.U))
            h = u * h + (1.0 - u) * c
        return self.out(h.view(-1, self.U)).view(-1, self.N * 2)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 8),)


INPUT_AXES = (("seq","batch","feature"),)
