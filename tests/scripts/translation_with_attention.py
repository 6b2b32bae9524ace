"""Translation: an encoder, a decoder with additive attention that is called word by word, two optimizers."""
import torch
import torch.nn as nn
import torch.nn.functional as F

BROKEN = False

torch.manual_seed(0)
SRC, TGT, H, SOS = 30, 25, 16, 1


class EncoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(SRC, H)
        self.gru = nn.GRU(H, H, batch_first=True)

    def forward(self, src):
        return self.gru(self.embedding(src))


class BahdanauAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.Wa, self.Ua, self.Va = nn.Linear(H, H), nn.Linear(H, H), nn.Linear(H, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2)
        weights = F.softmax(scores, dim=0 if BROKEN else 1).unsqueeze(1)
        return torch.bmm(weights, keys), weights


class AttnDecoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(TGT, H)
        self.attention = BahdanauAttention()
        self.gru = nn.GRU(2 * H, H, batch_first=True)
        self.out = nn.Linear(H, TGT)

    def forward(self, word, hidden, encoder_outputs):
        context, weights = self.attention(hidden.permute(1, 0, 2), encoder_outputs)
        output, hidden = self.gru(torch.cat((self.embedding(word), context), dim=2), hidden)
        return self.out(output), hidden, weights


encoder, decoder = EncoderRNN(), AttnDecoderRNN()
encoder_optimizer = torch.optim.Adam(encoder.parameters())
decoder_optimizer = torch.optim.Adam(decoder.parameters())
criterion = nn.NLLLoss()
pairs = [(torch.randint(2, SRC, (8, 7)), torch.randint(2, TGT, (8, 6))) for _ in range(5)]
for src, tgt in pairs:
    encoder_optimizer.zero_grad()
    decoder_optimizer.zero_grad()
    encoder_outputs, hidden = encoder(src)
    word = torch.full((src.size(0), 1), SOS, dtype=torch.long)
    outputs = []
    for t in range(tgt.size(1)):
        scores, hidden, _ = decoder(word, hidden, encoder_outputs)
        outputs.append(scores)
        word = tgt[:, t].unsqueeze(1)
    outputs = F.log_softmax(torch.cat(outputs, dim=1), dim=-1)
    loss = criterion(outputs.view(-1, TGT), tgt.view(-1))
    loss.backward()
    encoder_optimizer.step()
    decoder_optimizer.step()
    print(loss.item())
