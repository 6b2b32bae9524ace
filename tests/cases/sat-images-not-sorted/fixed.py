
import torch
import torch.nn as nn
import torch.nn.functional as F


class DecoderWithAttention(nn.Module):
    def __init__(self, V=30, E=7, D=12, C=9):
        super().__init__()
        self.D = D
        self.embedding = nn.Embedding(V, E)
        self.enc_att, self.dec_att, self.full = nn.Linear(C, 8), nn.Linear(D, 8), nn.Linear(8, 1)
        self.decode_step = nn.LSTMCell(E + C, D)
        self.init_h, self.init_c = nn.Linear(C, D), nn.Linear(C, D)
        self.fc = nn.Linear(D, V)

    def forward(self, encoder_out, encoded_captions, caption_lengths):
        B = encoder_out.size(0)
        caption_lengths, sort_ind = caption_lengths.squeeze(1).sort(dim=0, descending=True)
        encoded_captions = encoded_captions[sort_ind]
        encoder_out = encoder_out[sort_ind]
        emb = self.embedding(encoded_captions)
        m = encoder_out.mean(dim=1)
        h, c = self.init_h(m), self.init_c(m)
        decode_lengths = (caption_lengths - 1).tolist()
        predictions = torch.zeros(B, max(decode_lengths), 30)
        alphas = torch.zeros(B, max(decode_lengths), encoder_out.size(1))
        for t in range(max(decode_lengths)):
            n = sum([l > t for l in decode_lengths])
            e = self.full(F.relu(self.enc_att(encoder_out[:n]) + self.dec_att(h[:n]).unsqueeze(1))).squeeze(2)
            alpha = F.softmax(e, dim=1)
            awe = (encoder_out[:n] * alpha.unsqueeze(2)).sum(dim=1)
            h, c = self.decode_step(torch.cat([emb[:n, t, :], awe], dim=1), (h[:n], c[:n]))
            predictions[:n, t, :] = self.fc(h)
            alphas[:n, t, :] = alpha
        return predictions, encoded_captions, alphas


def make_model():
    torch.manual_seed(0)
    return DecoderWithAttention()


def make_inputs():
    return torch.randn(5, 11, 9), torch.randint(0, 30, (5, 8)), torch.LongTensor([[4], [8], [6], [7], [3]])


INPUT_AXES = (("batch", "pixel", "feature"), ("batch", "seq"), ("batch", None))
