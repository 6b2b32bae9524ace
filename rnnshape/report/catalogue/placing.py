"""RNS227, RNS228, RNS230, RNS231, RNS233: where numbers say that something belongs or is, something else is, or nothing."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS227",
        "values that overwrite one another",
        "warning",
        "Where a number comes twice in an index, scatter, index_copy or an assignment write two values to one place. Which of "
        "them is left torch does not say, the others are lost, and so are their gradients: weights of a word that stands in a "
        "text several times no longer sum to 1.",
        no_edit="whether the sum of these values, the largest or one of them is meant, no table tells",
        wrong=program("""
            class Pointer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(9, 4)
                    self.rnn, self.score = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, words):
                    weights = self.score(self.rnn(self.embed(words))[0]).squeeze(2).softmax(1)
                    return torch.zeros(len(words), 9).scatter(1, words, weights)  # RNS227

            words = torch.tensor([[5, 2, 7, 5, 2], [8, 1, 3, 1, 8]])
            report = rs.diagnose(Pointer(), words, axes="batch seq")
            """),
        right=program("""
            class Pointer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(9, 4)
                    self.rnn, self.score = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, words):
                    weights = self.score(self.rnn(self.embed(words))[0]).squeeze(2).softmax(1)
                    return torch.zeros(len(words), 9).scatter_add(1, words, weights)

            words = torch.tensor([[5, 2, 7, 5, 2], [8, 1, 3, 1, 8]])
            report = rs.diagnose(Pointer(), words, axes="batch seq")
            """),
    ),
    Rule(
        "RNS228",
        "rows of one sample only",
        "error",
        "The rows of all samples lie in one dim, and numbers that count within one sample pick from it, such as those of a "
        "graph's edges: they are the rows of sample 0, and no other sample gets anything.",
        no_edit="how many rows each sample has is known where they are put in one dim",
        wrong=program("""
            class Roads(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.tell, self.rnn = nn.Linear(4, 4), nn.GRU(4, 8)
                    self.sources, self.sinks = torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])

                def forward(self, x):
                    nodes = x.flatten(0, 2)
                    told = self.tell(nodes)[self.sources]  # RNS228
                    nodes = nodes.index_add(0, self.sinks, told)
                    return self.rnn(nodes.view(x.shape).flatten(1, 2))[0]

            report = rs.diagnose(Roads(), torch.randn(9, 6, 3, 4), axes="seq batch node feature")
            """),
        right=program("""
            class Roads(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.tell, self.rnn = nn.Linear(4, 4), nn.GRU(4, 8)
                    self.sources, self.sinks = torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])

                def forward(self, x):
                    nodes = x.flatten(0, 2)
                    before = 3 * torch.arange(len(nodes) // 3).unsqueeze(1)
                    told = self.tell(nodes)[(self.sources + before).flatten()]
                    nodes = nodes.index_add(0, (self.sinks + before).flatten(), told)
                    return self.rnn(nodes.view(x.shape).flatten(1, 2))[0]

            report = rs.diagnose(Roads(), torch.randn(9, 6, 3, 4), axes="seq batch node feature")
            """),
    ),
    Rule(
        "RNS230",
        "one sample's choice for all",
        "error",
        "The largest score of each sample says where it looks, and a decoder takes the first of these numbers for all: every "
        "sample gets what lies where sample 0 looks. With one sample, as while it was written, it is the same.",
        no_edit="which of its elements each sample is to get, its own number tells; where it belongs, no table does",
        wrong=program("""
            class Pointer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.score = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)
                    self.cell = nn.GRUCell(8, 8)

                def forward(self, x):
                    memory, h = self.rnn(x)
                    at = self.score(memory).squeeze(2).argmax(1)
                    seen = memory[:, at[0]]  # RNS230
                    return self.cell(seen, h[-1])

            report = rs.diagnose(Pointer(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Pointer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.score = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)
                    self.cell = nn.GRUCell(8, 8)

                def forward(self, x):
                    memory, h = self.rnn(x)
                    at = self.score(memory).squeeze(2).argmax(1)
                    seen = memory[torch.arange(len(memory)), at]
                    return self.cell(seen, h[-1])

            report = rs.diagnose(Pointer(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS231",
        "a gather that reads only the first",
        "warning",
        "The index of torch.gather is not broadcast: of a dim along which it has size 1, and along which gather does not take, "
        "the first element is read and no other. A last state is then one unit wide, and a score that is sought along the "
        "steps is that of class 0.",
        no_edit="whether the index is to be expanded along that dim, or gather to take along it, only the author knows",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(1, 3)

                def forward(self, x, lengths):
                    last = (lengths - 1).view(-1, 1, 1)
                    return self.fc(self.rnn(x)[0].gather(1, last).squeeze(1))  # RNS231

            x, lengths = torch.randn(4, 9, 4), torch.tensor([9, 7, 4, 2])
            report = rs.diagnose(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x, lengths):
                    last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, 8)
                    return self.fc(self.rnn(x)[0].gather(1, last).squeeze(1))

            x, lengths = torch.randn(4, 9, 4), torch.tensor([9, 7, 4, 2])
            report = rs.diagnose(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
    ),
    Rule(
        "RNS233",
        "flags taken for the numbers of rows",
        "error",
        "An index of bools picks the samples that have True; one of whole numbers picks the samples of these numbers. Of "
        "flags that were made whole numbers, each 0 picks sample 0 and each 1 sample 1: of the others nothing goes on.",
        wrong=program("""
            class Risk(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    return self.fc(self.rnn(x)[1][-1]).squeeze(1)

            def loss(risk, died):
                return risk.logsumexp(0) - risk[died.long()].mean()  # RNS233

            x, died = torch.randn(6, 9, 4), torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
            axes = {"axes": "batch seq feature", "target_axes": "batch"}
            report = rs.diagnose(Risk(), x, target=died, loss=loss, **axes)
            """),
        right=program("""
            class Risk(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    return self.fc(self.rnn(x)[1][-1]).squeeze(1)

            def loss(risk, died):
                return risk.logsumexp(0) - risk[died.bool()].mean()

            x, died = torch.randn(6, 9, 4), torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
            axes = {"axes": "batch seq feature", "target_axes": "batch"}
            report = rs.diagnose(Risk(), x, target=died, loss=loss, **axes)
            """),
    ),
)
