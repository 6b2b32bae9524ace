"""Prescriptions whose drugs and doses are plain lists: the collate function makes tensors of them, longest first."""
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader

BROKEN = False

random.seed(4)
torch.manual_seed(4)
records = []
for patient in range(36):
    drugs = [random.randrange(1, 60) for _ in range(random.randrange(2, 8))]
    records.append({"patient": patient, "drugs": drugs, "doses": [drug % 6 for drug in drugs]})


class Together:
    def __init__(self, of_drugs, of_doses):
        self.of_drugs, self.of_doses = of_drugs, of_doses

    def __call__(self, some):
        in_turn = sorted(some, key=lambda record: len(record["drugs"]), reverse=True)
        longest = len(in_turn[0]["drugs"])
        drugs = [r["drugs"] + [self.of_drugs] * (longest - len(r["drugs"])) for r in in_turn]
        doses = [r["doses"] + [self.of_doses] * (longest - len(r["doses"])) for r in (some if BROKEN else in_turn)]
        return torch.tensor(drugs), torch.tensor([len(r["drugs"]) for r in in_turn]), torch.LongTensor(doses)


class Doser(nn.Module):
    def __init__(self):
        super().__init__()
        self.drug = nn.Embedding(60, 9, padding_idx=0)
        self.rnn = nn.GRU(9, 13, batch_first=True)
        self.dose = nn.Linear(13, 6)

    def forward(self, drugs, lengths):
        packed = pack_padded_sequence(self.drug(drugs), lengths, batch_first=True)
        return self.dose(pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0])


doser = Doser()
adam = torch.optim.Adam(doser.parameters(), lr=0.01)
for drugs, lengths, doses in DataLoader(records, batch_size=9, shuffle=True, collate_fn=Together(0, -1)):
    loss = nn.functional.cross_entropy(doser(drugs, lengths).transpose(1, 2), doses, ignore_index=-1)
    adam.zero_grad()
    loss.backward()
    adam.step()
print(round(loss.item(), 4))
