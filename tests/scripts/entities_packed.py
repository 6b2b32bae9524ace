"""Named entities: dicts from a dataset, a collate function that pads and sorts, packing, tags with an ignored index."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

BROKEN = False

torch.manual_seed(3)


class NERDataset(Dataset):
    def __init__(self):
        self.items = []
        for _ in range(30):
            n = int(torch.randint(2, 9, ()))
            self.items.append({"tokens": torch.randint(1, 40, (n,)), "tags": torch.randint(0, 4, (n,))})

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def collate_fn(items):
    tags = [item["tags"] for item in items]
    items = sorted(items, key=lambda item: len(item["tokens"]), reverse=True)
    if not BROKEN:
        tags = [item["tags"] for item in items]
    return {
        "tokens": pad_sequence([item["tokens"] for item in items], batch_first=True),
        "lengths": torch.tensor([len(item["tokens"]) for item in items]),
        "tags": pad_sequence(tags, batch_first=True, padding_value=-100),
    }


class BiLSTMTagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 10, padding_idx=0)
        self.lstm = nn.LSTM(10, 14, bidirectional=True, batch_first=True)
        self.hidden2tag = nn.Linear(28, 4)

    def forward(self, batch):
        packed = pack_padded_sequence(self.embedding(batch["tokens"]), batch["lengths"], batch_first=True)
        out, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.hidden2tag(out)


model = BiLSTMTagger()
criterion = nn.CrossEntropyLoss(ignore_index=-100)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(2):
    for batch in DataLoader(NERDataset(), batch_size=5, shuffle=True, collate_fn=collate_fn):
        optimizer.zero_grad()
        loss = criterion(model(batch).reshape(-1, 4), batch["tags"].reshape(-1))
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 4))
