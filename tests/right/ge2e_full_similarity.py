
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 6, 3, batch_first=True); self.linear = nn.Linear(6, 4); self.relu = nn.ReLU()
        self.w, self.b = nn.Parameter(torch.tensor([10.])), nn.Parameter(torch.tensor([-5.]))

    def forward(self, utt):
        S, U = utt.shape[:2]
        out, (h, c) = self.lstm(utt.view(S * U, *utt.shape[2:]))
        e = self.relu(self.linear(h[-1]))
        e = e / (torch.norm(e, dim=1, keepdim=True) + 1e-5)
        e = e.view(S, U, -1)
        ci = torch.mean(e, dim=1, keepdim=True)
        ci = ci.clone() / (torch.norm(ci, dim=2, keepdim=True) + 1e-5)
        ce = (torch.sum(e, dim=1, keepdim=True) - e) / (U - 1)
        ce = ce.clone() / (torch.norm(ce, dim=2, keepdim=True) + 1e-5)
        sim = torch.zeros(S, U, S)
        mask = 1 - np.eye(S, dtype=int)
        for j in range(S):
            m = np.where(mask[j])[0]
            sim[m, :, j] = (e[m] * ci[j]).sum(dim=2)
            sim[j, :, j] = (e[j] * ce[j]).sum(dim=1)
        sim = sim * self.w + self.b
        return F.cross_entropy(sim.reshape(S * U, S), torch.from_numpy(np.repeat(np.arange(S), U)).long())


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4, 4),)


INPUT_AXES = (("batch","utterance","seq","feature"),)
