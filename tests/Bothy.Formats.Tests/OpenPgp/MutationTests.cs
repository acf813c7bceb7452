using System.Text;
using Bothy.Formats.OpenPgp;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class MutationTests : IDisposable
{
    private const string Text = "Origin: Test\nLabel: x\n";
    private static readonly DateTimeOffset Time = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestSigner _signer = new(Time);

    public void Dispose() => _signer.Dispose();

    [Fact]
    public void A_damaged_message_is_refused_or_still_says_the_same()
    {
        byte[] original = _signer.ClearSign(Text, Time);
        var keyring = OpenPgpKeyring.Parse(_signer.ExportKeyring(), "keys");

        Check(original, bytes =>
        {
            var message = ClearSignedMessage.Parse(bytes, "InRelease");
            return !OpenPgpVerifier.Verify(message, keyring, Time).IsTrusted || Encoding.UTF8.GetString(message.Text.Span) == Text;
        });
    }

    [Fact]
    public void A_damaged_keyring_is_refused_or_trusts_nothing_but_its_key()
    {
        var message = ClearSignedMessage.Parse(_signer.ClearSign(Text, Time), "InRelease");

        Check(_signer.ExportKeyring(), bytes =>
            OpenPgpVerifier.Verify(message, OpenPgpKeyring.Parse(bytes, "keys"), Time).Good.All(good => good.Fingerprint == _signer.Fingerprint));
    }

    [Fact]
    public void A_damaged_detached_signature_is_refused_or_still_is_by_its_key()
    {
        byte[] data = Encoding.UTF8.GetBytes(Text);
        var keyring = OpenPgpKeyring.Parse(_signer.ExportKeyring(), "keys");

        Check(_signer.DetachSign(data, Time), bytes =>
            OpenPgpVerifier.Verify(data, OpenPgpSignatures.ParseDetached(bytes, "s"), keyring, Time).Good.All(good => good.SignedAt == Time));
    }

    private static void Check(byte[] original, Func<byte[], bool> holds)
    {
        var change = Gen.Choose(0, original.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)));
        var mutated = change.NonEmptyListOf().SelectMany(changes => Gen.Choose(0, 3).Select(kind =>
        {
            byte[] bytes = [.. original];
            foreach (var (at, value) in changes.Take(1 + (kind * 2)))
            {
                bytes[at] = (byte)value;
            }

            return kind == 3 ? bytes[..changes[0].at] : bytes;
        }));
        Prop.ForAll(mutated.ToArbitrary(), bytes =>
        {
            try
            {
                return holds(bytes);
            }
            catch (MalformedDataException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }
}
