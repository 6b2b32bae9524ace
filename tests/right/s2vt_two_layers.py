
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, V=10, H=5):
        super().__init__()
        self.H = H
        self.rnn1, self.rnn2 = nn.GRU(5, H, batch_first=True), nn.GRU(H + 4, H, batch_first=True)
        self.emb, self.out = nn.Embedding(V, 4), nn.Linear(H, V)

    def forward(self, vid, cap):
        B, n, _ = vid.shape
        padw = vid.new_zeros(B, n, 4); padf = vid.new_zeros(B, 1, 5)
        o1, s1 = self.rnn1(vid)
        o2, s2 = self.rnn2(torch.cat((o1, padw), dim=2))
        probs = []
        for i in range(cap.size(1) - 1):
            self.rnn1.flatten_parameters(); self.rnn2.flatten_parameters()
            o1, s1 = self.rnn1(padf, s1)
            o2, s2 = self.rnn2(torch.cat((o1, self.emb(cap[:, i]).unsqueeze(1)), dim=2), s2)
            probs.append(F.log_softmax(self.out(o2.squeeze(1)), dim=1).unsqueeze(1))
        return torch.cat(probs, 1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(5, 5, 5), torch.randint(0, 10, (5, 6))


INPUT_AXES = (("batch","seq","feature"),("batch","step"))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 10, (5, 6))


TARGET_AXES = ("batch","step")


def loss_fn(o, t):
    t = t[:, 1:]; return (-o.contiguous().view(-1, 10).gather(1, t.contiguous().view(-1, 1))).sum() / o.size(0)
