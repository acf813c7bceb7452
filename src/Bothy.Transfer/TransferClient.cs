using System.Net;
using Polly;
using Polly.Retry;

namespace Bothy.Transfer;

/// <summary>
/// Fetches documents and files from <c>http:</c>, <c>https:</c>, <c>file:</c> and <c>copy:</c> addresses: with repetition, resumption, proxies,
/// credentials and limits, and with messages that never show a secret. Safe for concurrent use; one for a whole run.
/// </summary>
public sealed class TransferClient : IDisposable
{
    private readonly TransferContext _context;

    // A run that finds everything in the store never loads what the network takes.
    private readonly Lazy<HttpTransport> _transport;
    private readonly Lazy<ResiliencePipeline> _retry;

    /// <summary>Creates the client; nothing is connected yet.</summary>
    /// <exception cref="BothyException">A file of certificate authorities cannot be read.</exception>
    public TransferClient(TransferSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        _context = new TransferContext(settings, time);
        _transport = new Lazy<HttpTransport>(() => new HttpTransport(_context));
        _retry = new Lazy<ResiliencePipeline>(() => CreateRetry(settings, time));
        if (settings.AuthorityFiles.Length > 0)
        {
            _ = _transport.Value;
        }
    }

    /// <summary>Fetches a small document into memory.</summary>
    /// <exception cref="BothyException">It cannot be had, or is longer than <see cref="FetchOptions.MaxBytes"/>. That there is none (404, 410) is an answer and no exception.</exception>
    public async Task<FetchResult> FetchAsync(Uri address, FetchOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        if (LocalFile.PathOf(address) is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return LocalFile.Fetch(address, options);
        }

        CheckNetwork(address);
        return await _retry.Value.ExecuteAsync(
            static async (call, token) => await call.Client.FetchOnceAsync(call.Address, call.Options, token),
            (Client: this, Address: address, Options: options),
            cancellationToken);
    }

    /// <summary>
    /// Downloads a file into <paramref name="destination"/>, which must be able to seek and is written from its end on:
    /// the bytes that it already holds are taken for the beginning of the file, and only the rest is asked for.
    /// Where the server cannot continue, the destination is emptied and filled anew.
    /// </summary>
    /// <param name="address">What to download.</param>
    /// <param name="destination">Where to; on failure it holds what was received, so that a later call continues.</param>
    /// <param name="options">What to expect.</param>
    /// <param name="progress">Told the length of <paramref name="destination"/> as it grows.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="BothyException">It cannot be had, or has not the expected size. The bytes are not checked otherwise: that is the caller's, who knows the digest.</exception>
    public async Task DownloadAsync(Uri address, Stream destination, DownloadOptions options, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        if (LocalFile.PathOf(address) is not null)
        {
            await LocalFile.CopyAsync(address, destination, options, progress, cancellationToken);
            return;
        }

        CheckNetwork(address);
        var download = new Download(_transport.Value, _context, address, destination, options) { Progress = progress };
        while (true)
        {
            long before = download.Received;
            try
            {
                await _retry.Value.ExecuteAsync(static async (download, token) => await download.AttemptAsync(token), download, cancellationToken);
                return;
            }
            catch (TransientException) when (download.Received > before)
            {
                // A connection that breaks again and again but gets further each time is slow, not dead.
            }
        }
    }

    /// <summary>
    /// Sends one request, once, and answers with whatever the server says, errors included. Redirects are followed where nothing is
    /// sent along; credentials are those of the request alone.
    /// </summary>
    /// <exception cref="TransientException">The connection cannot be made or breaks.</exception>
    /// <exception cref="BothyException">There can be no connection, or what was to be sent cannot be read.</exception>
    public async Task<TransferAnswer> SendAsync(TransferRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckNetwork(request.Address);
        return new TransferAnswer(await _transport.Value.SendAsync(request, cancellationToken), _context);
    }

    /// <summary>Does <paramref name="attempt"/>, and does it again while it fails with a <see cref="TransientException"/>, as often and as late as the settings say.</summary>
    public async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken) =>
        await _retry.Value.ExecuteAsync(static async (attempt, token) => await attempt(token), attempt, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_transport.IsValueCreated)
        {
            _transport.Value.Dispose();
        }
    }

    private async ValueTask<FetchResult> FetchOnceAsync(Uri address, FetchOptions options, CancellationToken cancellationToken)
    {
        using var exchange = await _transport.Value.GetAsync(
            address,
            headers =>
            {
                headers.IfModifiedSince = options.IfModifiedSince;
                if (options.IfNoneMatch is { } tag)
                {
                    headers.TryAddWithoutValidation("If-None-Match", tag);
                }
            },
            cancellationToken);
        var response = exchange.Response;
        return response.StatusCode switch
        {
            HttpStatusCode.OK => new FetchResult.Found(
                await exchange.ReadAllAsync(options.MaxBytes),
                response.Content.Headers.LastModified,
                response.Headers.ETag?.ToString()),
            HttpStatusCode.NotModified when options.IfModifiedSince is not null || options.IfNoneMatch is not null => new FetchResult.NotModified(),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new FetchResult.NotFound(TransferFailure.OfStatus(address, response, _context.Time.GetUtcNow())),
            _ => throw TransferFailure.OfStatus(address, response, _context.Time.GetUtcNow()),
        };
    }

    private void CheckNetwork(Uri address)
    {
        if (address.Scheme is not ("http" or "https"))
        {
            throw TransferFailure.Permanent(address, $"'{address.Scheme}' is not a way to fetch", "Use an http, https or file address.");
        }

        if (_context.Settings.Offline)
        {
            throw TransferFailure.Permanent(address, "offline", "Run once without --offline so that it gets into the store.");
        }
    }

    private static ResiliencePipeline CreateRetry(TransferSettings settings, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (settings.RetryCount > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is TransientException),
                MaxRetryAttempts = settings.RetryCount,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = settings.RetryDelay,
                MaxDelay = settings.MaxRetryDelay,
                DelayGenerator = arguments => ValueTask.FromResult(
                    (arguments.Outcome.Exception as TransientException)?.RetryAfter is { } asked
                        ? TimeSpan.FromTicks(Math.Min(asked.Ticks, settings.MaxRetryDelay.Ticks))
                        : (TimeSpan?)null),
            });
        }

        return builder.Build();
    }
}
