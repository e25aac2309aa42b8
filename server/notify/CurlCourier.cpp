// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/CurlCourier.h"

#include "server/notify/NotifyTemplate.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <QTimer>
#include <QUrl>

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace tocsin {

namespace {
constexpr qsizetype mostDetail = 200;
constexpr qsizetype mostAnswer = 2000; ///< of what the other side says is kept
constexpr long mostIdle = 4;           ///< connections kept open for the next message

void initializeOnce()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

template<class Value>
void set(CURL *easy, CURLoption option, Value value)
{
    curl_easy_setopt(easy, option, value);
}

/// Proxies of the environment are used, but not to this machine.
QByteArray directHosts()
{
    QByteArray hosts = qgetenv("no_proxy");
    if (hosts.isEmpty())
        hosts = qgetenv("NO_PROXY");
    return hosts == "*" ? hosts : hosts + (hosts.isEmpty() ? "" : ",") + "localhost,127.0.0.1,::1";
}

/// What a server said, as one line without anything that is nobody's business.
QString cleaned(QString text, const QStringList &secret)
{
    for (const QString &one : secret) {
        if (!one.isEmpty())
            text.replace(one, QStringLiteral("[…]"), Qt::CaseInsensitive);
    }
    QString out;
    for (const QChar c : text.simplified()) {
        if (c.isPrint())
            out += c;
    }
    return out.left(mostDetail);
}
} // namespace

/// One attempt.
struct CurlCourier::Transfer
{
    Transfer() = default;
    Transfer(const Transfer &) = delete;
    Transfer &operator=(const Transfer &) = delete;
    ~Transfer()
    {
        curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
        curl_slist_free_all(recipients);
    }
    void addHeader(const QByteArray &line) { headers = curl_slist_append(headers, line.constData()); }
    [[nodiscard]] Receipt receipt(CURLcode code) const;
    [[nodiscard]] Receipt httpReceipt(long status) const;
    [[nodiscard]] Receipt mailReceipt(CURLcode code, long status) const;

    static size_t readBody(char *buffer, size_t size, size_t count, void *self);
    static size_t takeAnswer(char *bytes, size_t size, size_t count, void *self);
    static size_t takeLine(char *bytes, size_t size, size_t count, void *self);

    CURL *easy = nullptr;
    curl_slist *headers = nullptr;
    curl_slist *recipients = nullptr;
    bool mail = false;
    bool webhook = false;
    QByteArray body;
    qsizetype sent = 0;
    QByteArray answer;  ///< the beginning of an HTTP body
    QByteArray refusal; ///< the last one of the SMTP dialogue
    std::array<char, CURL_ERROR_SIZE> error{};
    QStringList secrets;
    Done done;
};

size_t CurlCourier::Transfer::readBody(char *buffer, size_t size, size_t count, void *self)
{
    auto *transfer = static_cast<Transfer *>(self);
    const qsizetype bytes = std::min<qsizetype>(qsizetype(size * count), transfer->body.size() - transfer->sent);
    std::memcpy(buffer, transfer->body.constData() + transfer->sent, std::size_t(bytes));
    transfer->sent += bytes;
    return std::size_t(bytes);
}

size_t CurlCourier::Transfer::takeAnswer(char *bytes, size_t size, size_t count, void *self)
{
    auto *transfer = static_cast<Transfer *>(self);
    transfer->answer +=
        QByteArray(bytes, std::min<qsizetype>(qsizetype(size * count), mostAnswer - transfer->answer.size()));
    return size * count;
}

size_t CurlCourier::Transfer::takeLine(char *bytes, size_t size, size_t count, void *self)
{
    auto *transfer = static_cast<Transfer *>(self);
    const QByteArray line(bytes, std::min<qsizetype>(qsizetype(size * count), mostAnswer));
    if (line.startsWith('4') || line.startsWith('5')) // not the farewell that follows it
        transfer->refusal = line;
    return size * count;
}

Receipt CurlCourier::Transfer::httpReceipt(long status) const
{
    using Result = Receipt::Result;
    if (status >= 200 && status < 300)
        return {Result::Delivered, {}, {}};
    Receipt receipt;
    receipt.detail = QStringLiteral("HTTP %1").arg(status);
    if (!webhook && !answer.isEmpty()) // a gateway says why in its body
        receipt.detail = cleaned(receipt.detail + QLatin1Char(' ') + QString::fromUtf8(answer), secrets);
    constexpr long requestTimeout = 408;
    constexpr long tooEarly = 425;
    constexpr long tooMany = 429;
    constexpr long unauthorized = 401;
    constexpr long forbidden = 403;
    if (status >= 500 || status == requestTimeout || status == tooEarly || status == tooMany)
        receipt.result = Result::Later;
    else if (status == unauthorized || status == forbidden)
        receipt.result = Result::Broken;
    else
        receipt.result = Result::Refused;
    if (status >= 300 && status < 400)
        receipt.detail += QStringLiteral(", a redirection, which is not followed");
    curl_off_t after = 0;
    if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
        receipt.retryAfter = std::chrono::seconds(std::min<curl_off_t>(after, 86'400));
    return receipt;
}

Receipt CurlCourier::Transfer::mailReceipt(CURLcode code, long status) const
{
    using Result = Receipt::Result;
    const QString said = cleaned(QString::fromUtf8(refusal), secrets);
    Receipt receipt{Result::Later, said.isEmpty() ? QString::fromUtf8(curl_easy_strerror(code)) : said, {}};
    if (status < 500)
        return receipt;
    // What is said of the recipient or of the message is about this one; a greeting or a sender that is refused is about the channel.
    const QByteArray where(error.data());
    const bool ofMessage = where.isEmpty() || where.startsWith("RCPT failed") || where.startsWith("DATA failed");
    receipt.result = ofMessage ? Result::Refused : Result::Broken;
    return receipt;
}

Receipt CurlCourier::Transfer::receipt(CURLcode code) const
{
    using Result = Receipt::Result;
    long status = 0;
    if (mail)
        status = refusal.left(3).toLong();
    else
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        return mail ? Receipt{Result::Delivered, {}, {}} : httpReceipt(status);
    const QString why = cleaned(QString::fromUtf8(error[0] ? error.data() : curl_easy_strerror(code)), secrets);
    switch (code) {
    case CURLE_LOGIN_DENIED:
        if (mail && status >= 400 && status < 500)
            return {Result::Later, cleaned(QString::fromUtf8(refusal), secrets), {}};
        return {Result::Broken, QStringLiteral("the login was refused"), {}};
    case CURLE_USE_SSL_FAILED:
        return {Result::Broken, QStringLiteral("the server offers no STARTTLS"), {}};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return {Result::Broken, QStringLiteral("the certificate is not accepted: %1").arg(why), {}};
    case CURLE_OPERATION_TIMEDOUT:
        return {Result::Later, QStringLiteral("no answer in time"), {}};
    case CURLE_SEND_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_RECV_ERROR:
    case CURLE_QUOTE_ERROR:
    case CURLE_REMOTE_ACCESS_DENIED:
        if (mail && status >= 400)
            return mailReceipt(code, status);
        break;
    default:
        break;
    }
    return {Result::Later, why, {}};
}

/// libcurl's sockets and its one timer, watched by Qt.
struct CurlCourier::Loop
{
    explicit Loop(CurlCourier &owner) : courier(owner)
    {
        initializeOnce();
        multi = curl_multi_init();
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &courier, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Loop::watch);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Loop::wait);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, mostIdle);
    }
    ~Loop()
    {
        abandon();
        curl_multi_cleanup(multi);
    }
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    struct Watch
    {
        std::unique_ptr<QSocketNotifier> read;
        std::unique_ptr<QSocketNotifier> write;
    };

    void act(curl_socket_t socket, int what)
    {
        int running = 0;
        curl_multi_socket_action(multi, socket, what, &running);
        courier.collect();
    }
    void abandon()
    {
        for (const auto &[easy, transfer] : transfers)
            curl_multi_remove_handle(multi, easy);
        transfers.clear();
        timer.stop();
    }
    static int watch(CURL * /*easy*/, curl_socket_t socket, int what, void *self, void * /*socketData*/)
    {
        auto *loop = static_cast<Loop *>(self);
        const auto found = loop->watches.find(socket);
        if (what == CURL_POLL_REMOVE) {
            if (found != loop->watches.end()) {
                // It may be the one whose signal brought us here.
                for (auto *notifier : {&found->second.read, &found->second.write}) {
                    if (*notifier) {
                        (*notifier)->setEnabled(false);
                        notifier->release()->deleteLater();
                    }
                }
                loop->watches.erase(found);
            }
            return 0;
        }
        Watch &one = loop->watches[socket];
        const auto arm = [loop, socket](std::unique_ptr<QSocketNotifier> &notifier, QSocketNotifier::Type type,
                                        bool wanted, int event) {
            if (!notifier && wanted) {
                notifier = std::make_unique<QSocketNotifier>(qintptr(socket), type);
                QObject::connect(notifier.get(), &QSocketNotifier::activated, &loop->courier,
                                 [loop, socket, event] { loop->act(socket, event); });
            }
            if (notifier)
                notifier->setEnabled(wanted);
        };
        arm(one.read, QSocketNotifier::Read, what == CURL_POLL_IN || what == CURL_POLL_INOUT, CURL_CSELECT_IN);
        arm(one.write, QSocketNotifier::Write, what == CURL_POLL_OUT || what == CURL_POLL_INOUT, CURL_CSELECT_OUT);
        return 0;
    }
    static int wait(CURLM * /*multi*/, long milliseconds, void *self)
    {
        auto *loop = static_cast<Loop *>(self);
        if (milliseconds < 0)
            loop->timer.stop();
        else
            loop->timer.start(std::chrono::milliseconds(milliseconds));
        return 0;
    }

    CurlCourier &courier;
    CURLM *multi = nullptr;
    QTimer timer;
    std::unordered_map<curl_socket_t, Watch> watches;
    std::unordered_map<CURL *, std::unique_ptr<Transfer>> transfers;
};

CurlCourier::CurlCourier(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_loop(std::make_unique<Loop>(*this))
{
}

CurlCourier::~CurlCourier() = default;

void CurlCourier::stop()
{
    m_loop->abandon();
}

namespace {
/// The request of a webhook: the message's JSON with its id and time, signed.
QByteArray hookBody(const NotifyMessage &message)
{
    QJsonObject body = QJsonDocument::fromJson(message.words.json).object();
    body.insert(QStringLiteral("id"), message.id);
    body.insert(QStringLiteral("made_at"), toIso8601(message.madeAt));
    return QJsonDocument(body).toJson(QJsonDocument::Compact);
}
} // namespace

void CurlCourier::carry(const NotifyMessage &message, const NotifyChannelConfig &channel, Done done)
{
    auto transfer = std::make_unique<Transfer>();
    CURL *const easy = curl_easy_init();
    if (!easy) {
        QMetaObject::invokeMethod(
            this, [done = std::move(done)] { done({Receipt::Result::Later, QStringLiteral("no memory"), {}}); },
            Qt::QueuedConnection);
        return;
    }
    transfer->easy = easy;
    transfer->done = std::move(done);
    transfer->mail = message.means == NotifyMeans::Email;
    transfer->webhook = message.means == NotifyMeans::Webhook;
    transfer->secrets = {QString::fromUtf8(channel.secret), message.to.address,
                         QString::fromLatin1(QUrl::toPercentEncoding(message.to.address))};
    const auto milliseconds = long(std::chrono::ceil<std::chrono::milliseconds>(m_options.timeout).count());
    set(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_TIMEOUT_MS, milliseconds);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_QUICK_EXIT, 1L); // nobody waits for a look-up that hangs
    set(easy, CURLOPT_NOPROXY, directHosts().constData());
    set(easy, CURLOPT_WRITEFUNCTION, &Transfer::takeAnswer);
    set(easy, CURLOPT_WRITEDATA, transfer.get());
    if (!channel.caFile.isEmpty())
        set(easy, CURLOPT_CAINFO, channel.caFile.toLocal8Bit().constData());
    if (transfer->mail) {
        MimeMail mail{channel.from,
                      message.to.name.isEmpty()
                          ? message.to.address
                          : QStringLiteral("\"%1\" <%2>").arg(message.to.name, message.to.address),
                      message.words.subject,
                      message.words.text,
                      message.id,
                      message.madeAt,
                      message.level == AlertLevel::Emergency && message.occasion == NotifyOccasion::Alert};
        transfer->body = mimeOf(mail);
        const QString from = NotifyAddress::parse(NotifyMeans::Email, channel.from).value_or(NotifyAddress()).address;
        set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set(easy, CURLOPT_URL, channel.url.toUtf8().constData());
        set(easy, CURLOPT_USE_SSL,
            long(channel.security == NotifyChannelConfig::Security::None ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        set(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(1L, milliseconds / 1000));
        if (!channel.user.isEmpty()) {
            set(easy, CURLOPT_USERNAME, channel.user.toUtf8().constData());
            set(easy, CURLOPT_PASSWORD, channel.secret.constData());
        }
        set(easy, CURLOPT_MAIL_FROM, QByteArray('<' + from.toLatin1() + '>').constData());
        transfer->recipients =
            curl_slist_append(nullptr, QByteArray('<' + message.to.address.toLatin1() + '>').constData());
        set(easy, CURLOPT_MAIL_RCPT, transfer->recipients);
        set(easy, CURLOPT_UPLOAD, 1L);
        set(easy, CURLOPT_READFUNCTION, &Transfer::readBody);
        set(easy, CURLOPT_READDATA, transfer.get());
        set(easy, CURLOPT_HEADERFUNCTION, &Transfer::takeLine);
        set(easy, CURLOPT_HEADERDATA, transfer.get());
        set(easy, CURLOPT_FORBID_REUSE, 1L); // servers differ in what they expect of a second message
    } else {
        const TemplateFill fill{message.to.address, message.words.brief, message.id, m_options.desk,
                                QString::fromUtf8(channel.secret)};
        const bool hook = transfer->webhook;
        transfer->body = hook ? hookBody(message) : expandedBody(channel.body, channel.contentType, fill);
        const QByteArray url = (hook ? channel.url : expandedUrl(channel.url, fill)).toUtf8();
        set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        set(easy, CURLOPT_URL, url.constData());
        set(easy, CURLOPT_USERAGENT, m_options.agent.constData());
        if (channel.method == "GET") {
            set(easy, CURLOPT_HTTPGET, 1L);
        } else {
            set(easy, CURLOPT_POST, 1L);
            set(easy, CURLOPT_POSTFIELDS, transfer->body.constData());
            set(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(transfer->body.size()));
            if (channel.method != "POST")
                set(easy, CURLOPT_CUSTOMREQUEST, channel.method.constData());
            transfer->addHeader("Content-Type: " +
                                (hook ? QByteArray("application/json") : channel.contentType.toLatin1()));
            transfer->addHeader("Expect:");
        }
        transfer->addHeader("Idempotency-Key: " + message.id.toLatin1());
        if (hook && !channel.secret.isEmpty())
            transfer->addHeader("X-Tocsin-Signature-256: " + signatureOf(transfer->body, channel.secret));
        for (const auto &[name, value] : channel.headers)
            transfer->addHeader((name + QLatin1String(": ") + (hook ? value : expandedHeader(value, fill))).toUtf8());
        set(easy, CURLOPT_HTTPHEADER, transfer->headers);
    }
    m_loop->transfers.emplace(easy, std::move(transfer));
    curl_multi_add_handle(m_loop->multi, easy); // its timer starts it
}

void CurlCourier::collect()
{
    int left = 0;
    while (const CURLMsg *message = curl_multi_info_read(m_loop->multi, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *const easy = message->easy_handle;
        const CURLcode code = message->data.result;
        const auto found = m_loop->transfers.find(easy);
        if (found == m_loop->transfers.end())
            continue;
        const Receipt receipt = found->second->receipt(code);
        const Done done = std::move(found->second->done);
        curl_multi_remove_handle(m_loop->multi, easy);
        m_loop->transfers.erase(found);
        done(receipt);
    }
}

} // namespace tocsin
